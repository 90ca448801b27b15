package dev.stockpot.hub.transfer;

import java.util.BitSet;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which pieces of a file are there, which one is to be fetched next, and how far the file is whole
 * from its start. Pieces are given out in order, so that what is checked follows closely.
 */
final class Pieces {

  private final long size;
  private final long pieceBytes;
  private final BitSet done;
  private int next;
  private int whole;
  private @Nullable Throwable failure;

  /**
   * Pieces of a file.
   *
   * @param done those that are there; not shared
   */
  Pieces(long size, long pieceBytes, BitSet done) {
    this.size = size;
    this.pieceBytes = pieceBytes;
    this.done = done;
    this.whole = done.nextClearBit(0);
  }

  static int count(long size, long pieceBytes) {
    return Math.toIntExact((size + pieceBytes - 1) / pieceBytes);
  }

  int count() {
    return count(size, pieceBytes);
  }

  synchronized int missing() {
    return count() - done.cardinality();
  }

  long from(int piece) {
    return piece * pieceBytes;
  }

  long length(int piece) {
    return Math.min(pieceBytes, size - from(piece));
  }

  synchronized long doneBytes() {
    return done.stream().mapToLong(this::length).sum();
  }

  /** Gives out a piece that is neither there nor given out; empty if there is none. */
  synchronized OptionalInt take() {
    int piece = done.nextClearBit(next);
    if (failure != null || piece >= count()) {
      return OptionalInt.empty();
    }
    next = piece + 1;
    return OptionalInt.of(piece);
  }

  synchronized void done(int piece) {
    done.set(piece);
    whole = done.nextClearBit(whole);
    notifyAll();
  }

  synchronized void failed(Throwable why) {
    if (failure == null) {
      failure = why;
    }
    notifyAll();
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Waits until more of the file is whole than so many bytes from its start.
   *
   * @return how many are
   * @throws InterruptedException also where fetching failed
   */
  synchronized long awaitWhole(long beyond) throws InterruptedException {
    while (wholeBytes() <= beyond) {
      if (failure != null) {
        throw new InterruptedException("fetching failed");
      }
      wait();
    }
    return wholeBytes();
  }

  private long wholeBytes() {
    return Math.min(size, whole * pieceBytes);
  }
}
