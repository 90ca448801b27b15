package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What no merge through the page cache can beat: threads that read every byte of every input and
 * write as many bytes as one input has into new files, by positional reads and writes, with no
 * arithmetic and no flush.
 */
public final class Floor {

  private static final long RANGE = 8 << 20;
  private static final List<Integer> CHUNKS =
      List.of(128 << 10, 256 << 10, 512 << 10, 1 << 20, 4 << 20);
  private static final int TRIALS = 3;

  private final List<Path> models;
  private final Path output;
  private final int threads;
  private int chunk = CHUNKS.getFirst();

  /**
   * A floor whose chunk is not chosen yet.
   *
   * @param models directories of checkpoints that have the same files
   * @param output directory for the floor's own files, which are deleted after each run
   */
  public Floor(List<Path> models, Path output, int threads) {
    this.models = List.copyOf(models);
    this.output = output;
    this.threads = threads;
  }

  /** Tries every chunk and keeps the fastest. */
  public void chooseChunk() throws IOException {
    chunk = CHUNKS.getLast();
    seconds();
    double best = Double.MAX_VALUE;
    int fastest = chunk;
    for (int candidate : CHUNKS) {
      chunk = candidate;
      List<Double> trials = new ArrayList<>();
      for (int i = 0; i < TRIALS; i++) {
        trials.add(seconds());
      }
      double median = Figures.median(trials);
      Figures.line("floor with chunks of %4d KiB: %.3f s", candidate >> 10, median);
      if (median < best) {
        best = median;
        fastest = candidate;
      }
    }
    chunk = fastest;
    Figures.line("the floor takes chunks of %d KiB", chunk >> 10);
  }

  /** One run, from the first file opened to the last byte written. */
  public double seconds() throws IOException {
    return seconds(true, false);
  }

  /**
   * One run in which all shards are written side by side, and so by few threads each: a file system
   * lets one thread at a time write to a file.
   *
   * @param reading whether inputs are read at all
   */
  public double secondsInTurn(boolean reading) throws IOException {
    return seconds(reading, true);
  }

  private double seconds(boolean reading, boolean inTurn) throws IOException {
    Files.createDirectories(output);
    List<Shard> shards = new ArrayList<>();
    long start = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      long ranges = 0;
      for (Path file : weights(models.getFirst())) {
        Shard shard = Shard.open(models, file.getFileName(), output, ranges);
        shards.add(shard);
        ranges += Math.ceilDiv(shard.size(), RANGE);
      }
      int last = Math.toIntExact(ranges);
      List<Integer> order = new ArrayList<>(IntStream.range(0, last).boxed().toList());
      if (inTurn) {
        order.sort(Comparator.comparingLong(range -> range - shardOf(shards, range).firstRange()));
      }
      AtomicInteger next = new AtomicInteger();
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        running.add(
            pool.submit(() -> {
              ByteBuffer buffer = ByteBuffer.allocateDirect(chunk);
              for (int i = next.getAndIncrement(); i < last; i = next.getAndIncrement()) {
                int range = order.get(i);
                shardOf(shards, range).copy(range, buffer, reading);
              }
              return null;
            }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("the floor failed", e);
    } finally {
      for (Shard shard : shards) {
        shard.close();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Directories.delete(output);
    return seconds;
  }

  private static Shard shardOf(List<Shard> shards, long range) {
    int i = shards.size() - 1;
    while (shards.get(i).firstRange() > range) {
      i--;
    }
    return shards.get(i);
  }

  private static List<Path> weights(Path model) throws IOException {
    try (Stream<Path> files = Files.list(model)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  private record Shard(List<FileChannel> inputs, FileChannel out, long size, long firstRange) {

    static Shard open(List<Path> models, Path name, Path output, long firstRange)
        throws IOException {
      List<FileChannel> inputs = new ArrayList<>();
      for (Path model : models) {
        inputs.add(FileChannel.open(model.resolve(name), StandardOpenOption.READ));
      }
      FileChannel out =
          FileChannel.open(
              output.resolve(name), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      return new Shard(inputs, out, inputs.getFirst().size(), firstRange);
    }

    void copy(long range, ByteBuffer buffer, boolean reading) throws IOException {
      long end = Math.min(size, (range - firstRange + 1) * RANGE);
      for (long at = (range - firstRange) * RANGE; at < end; at += buffer.limit()) {
        int bytes = (int) Math.min(buffer.capacity(), end - at);
        buffer.clear().position(bytes);
        for (FileChannel input : reading ? inputs : List.<FileChannel>of()) {
          buffer.clear().limit(bytes);
          while (buffer.hasRemaining()) {
            if (input.read(buffer, at + buffer.position()) < 0) {
              throw new IOException("an input is shorter than the first model's");
            }
          }
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          out.write(buffer, at + buffer.position());
        }
      }
    }

    void close() throws IOException {
      for (FileChannel input : inputs) {
        input.close();
      }
      out.close();
    }
  }
}
