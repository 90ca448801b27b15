package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Two threads that read, or write, the weights of checkpoints and do nothing else with them. */
final class PlainBytes {

  private static final int THREADS = 2;
  private static final int CHUNK = 1 << 20;

  private final List<Path> inputs = new ArrayList<>();
  private final List<Path> firstModel;
  private final Path output;

  /**
   * The weights of some checkpoints.
   *
   * @param models directories of checkpoints that have the same files
   * @param output directory for files as large as the first model's, which are deleted each time
   */
  PlainBytes(List<Path> models, Path output) throws IOException {
    for (Path model : models) {
      inputs.addAll(weights(model));
    }
    this.firstModel = weights(models.getFirst());
    this.output = output;
  }

  private static List<Path> weights(Path model) throws IOException {
    try (Stream<Path> files = Files.list(model)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  /** Bytes of all models. */
  long inputs() throws IOException {
    return size(inputs);
  }

  /** Bytes of one model. */
  long output() throws IOException {
    return size(firstModel);
  }

  private static long size(List<Path> files) throws IOException {
    long size = 0;
    for (Path file : files) {
      size += Files.size(file);
    }
    return size;
  }

  /** The next reading comes from storage. */
  void dropInputs() throws IOException {
    for (Path file : inputs) {
      ReadPaths.drop(file);
    }
  }

  /** Reads every byte of all models. */
  double readSeconds() throws IOException {
    List<Callable<Void>> ranges = new ArrayList<>();
    for (Path file : inputs) {
      addHalves(ranges, file, Files.size(file), false);
    }
    return seconds(ranges);
  }

  /** Writes new files of one model's sizes, without a flush, and deletes them after the clock. */
  double writeSeconds() throws IOException {
    Files.createDirectories(output);
    List<Callable<Void>> ranges = new ArrayList<>();
    for (Path file : firstModel) {
      addHalves(ranges, output.resolve(file.getFileName()), Files.size(file), true);
    }
    double seconds = seconds(ranges);
    Directories.delete(output);
    return seconds;
  }

  private static void addHalves(List<Callable<Void>> ranges, Path file, long size, boolean write) {
    ranges.add(() -> move(file, 0, size / 2, write));
    ranges.add(() -> move(file, size / 2, size, write));
  }

  private static Void move(Path file, long from, long to, boolean write) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel channel =
        write
            ? FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
            : FileChannel.open(file, StandardOpenOption.READ)) {
      for (long at = from; at < to; ) {
        buffer.clear().limit((int) Math.min(CHUNK, to - at));
        int moved = write ? channel.write(buffer, at) : channel.read(buffer, at);
        if (moved < 0) {
          throw new IOException(file + " became shorter");
        }
        at += moved;
      }
    }
    return null;
  }

  private static double seconds(List<Callable<Void>> ranges) throws IOException {
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (Future<Void> each : threads.invokeAll(ranges)) {
        each.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("moving plain bytes failed", e);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
