package dev.stockpot.coordinator.merge;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How fast a merge's inputs come, from the page cache or from where they are kept: a few threads
 * read blocks at random places of them.
 */
final class StorageSample {

  static final int BLOCK = 1 << 20;
  static final int THREADS = 8;
  static final int BLOCKS_PER_THREAD = 6;

  /** Where storage is slow, fewer blocks tell it. */
  private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private StorageSample() {}

  /** Reads at most 48 MiB. Blocks. Empty if nothing can be read. */
  static OptionalLong bytesPerSecond(PlannedMerge planned) {
    List<InputFile> inputs = planned.inputs().stream().filter(file -> file.size() > 0).toList();
    if (inputs.isEmpty()) {
      return OptionalLong.empty();
    }
    long start = System.nanoTime();
    long bytes = 0;
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("storage-sample-", 0).factory())) {
      List<Future<Long>> read = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        read.add(threads.submit(() -> read(inputs, start)));
      }
      for (Future<Long> each : read) {
        bytes += each.get();
      }
    } catch (ExecutionException e) {
      // Whoever merges will tell what is wrong with the file.
      return OptionalLong.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return bytes == 0 ? OptionalLong.empty() : OptionalLong.of((long) (bytes / seconds));
  }

  private static long read(List<InputFile> inputs, long startNanos) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long bytes = 0;
    for (int i = 0; i < BLOCKS_PER_THREAD && System.nanoTime() - startNanos < ENOUGH_NANOS; i++) {
      InputFile input = inputs.get(random.nextInt(inputs.size()));
      long blocks = Math.ceilDiv(input.size(), BLOCK);
      try (FileChannel file = RegularFiles.open(input.path(), StandardOpenOption.READ)) {
        int read = file.read(block.clear(), random.nextLong(blocks) * BLOCK);
        bytes += Math.max(0, read);
      }
    }
    return bytes;
  }
}
