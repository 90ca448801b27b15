package dev.stockpot.worker.storage;

import dev.stockpot.merge.MergeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Memory for the outputs of tasks until the coordinator has them: blocks that are used again and
 * again, and never more than a fixed number of them. A task takes all that it needs at once, so
 * that two tasks never wait for each other's.
 */
final class UploadBuffers {

  static final int BLOCK_BYTES = 256 << 10;
  private static final long POLL_MILLIS = 100;

  private final int blocks;
  private final Semaphore free;
  private final Queue<byte[]> used = new ConcurrentLinkedQueue<>();

  UploadBuffers(long bytes) {
    blocks = (int) Math.min(bytes / BLOCK_BYTES, Integer.MAX_VALUE);
    // Fair: a large task would never find room beside many small ones.
    free = new Semaphore(blocks, true);
  }

  /**
   * Waits for room for a task's output.
   *
   * @param tensor that it belongs to, for messages
   * @param bytes of all soups together
   * @return blocks that hold it; empty if the task was abandoned meanwhile
   */
  List<byte[]> reserve(String tensor, long bytes, BooleanSupplier abandoned) {
    long needed = Math.ceilDiv(bytes, BLOCK_BYTES);
    if (needed > blocks) {
      throw MergeException.environment(
          "%s: a piece of %d bytes is to be sent to the coordinator, and 'stockpot.worker.remote.buffer' is too small to hold it; make it %d bytes at least"
              .formatted(tensor, bytes, 2 * needed * BLOCK_BYTES),
          null);
    }
    List<byte[]> reserved = new ArrayList<>((int) needed);
    if (take((int) needed, abandoned)) {
      for (int i = 0; i < needed; i++) {
        byte[] block = used.poll();
        reserved.add(block == null ? new byte[BLOCK_BYTES] : block);
      }
    }
    return reserved;
  }

  /** Uploads in flight all have deadlines, so this ends. */
  private boolean take(int needed, BooleanSupplier abandoned) {
    try {
      while (!abandoned.getAsBoolean()) {
        if (free.tryAcquire(needed, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /**
   * Gives room back.
   *
   * @param reusable false if a connection may still be reading the blocks
   */
  void release(List<byte[]> reserved, boolean reusable) {
    if (reusable) {
      used.addAll(reserved);
    }
    free.release(reserved.size());
  }
}
