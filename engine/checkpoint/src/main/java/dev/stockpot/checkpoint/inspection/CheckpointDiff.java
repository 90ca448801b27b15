package dev.stockpot.checkpoint.inspection;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.TensorReader;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Two checkpoints side by side, as their headers tell; the values are read by {@link
 * #compareValues}.
 *
 * @param onlyA in the order of A
 * @param onlyB in the order of B
 * @param mismatched tensors of both, of different shape or dtype
 * @param comparable tensors of both, of one shape and dtype, in the order of A
 */
public record CheckpointDiff(
    Checkpoint a,
    Checkpoint b,
    List<TensorHeader> onlyA,
    List<TensorHeader> onlyB,
    List<Pair> mismatched,
    List<Pair> comparable) {
  private static final int CHUNK = 1 << 20;

  /** A tensor in both. */
  public record Pair(TensorLocation a, TensorLocation b) {
    public String name() {
      return a.header().name();
    }
  }

  public static CheckpointDiff of(Checkpoint a, Checkpoint b, TensorPattern pattern) {
    CheckpointDiff diff =
        new CheckpointDiff(
            a, b, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    a.tensors()
        .forEach((name, inA) -> {
          if (pattern.matches(name)) {
            diff.place(inA);
          }
        });
    b.tensors()
        .forEach((name, inB) -> {
          if (pattern.matches(name) && !a.tensors().containsKey(name)) {
            diff.onlyB.add(inB.header());
          }
        });
    return diff;
  }

  private void place(TensorLocation inA) {
    TensorHeader header = inA.header();
    TensorLocation inB = b.tensors().get(header.name());
    if (inB == null) {
      onlyA.add(header);
    } else if (header.dtype() == inB.header().dtype()
        && header.shape().equals(inB.header().shape())) {
      comparable.add(new Pair(inA, inB));
    } else {
      mismatched.add(new Pair(inA, inB));
    }
  }

  /** Whether the headers agree. */
  public boolean sameStructure() {
    return onlyA.isEmpty() && onlyB.isEmpty() && mismatched.isEmpty();
  }

  /**
   * Reads every comparable tensor, 1 MiB of each side at a time, and hands over those that differ
   * in a bit.
   *
   * @return how many do not
   */
  public long compareValues(BiConsumer<Pair, ValueDifference> differing) {
    long identical = 0;
    ByteBuffer bytesA = ByteBuffer.allocateDirect(CHUNK);
    ByteBuffer bytesB = ByteBuffer.allocateDirect(CHUNK);
    try (TensorReader reader = new TensorReader()) {
      for (Pair pair : comparable) {
        long size = pair.a().header().byteSize();
        ElementComparison comparison =
            ElementComparison.of(pair.a().header().dtype(), (int) Math.min(CHUNK, size));
        for (long at = 0; at < size; at += CHUNK) {
          int length = (int) Math.min(CHUNK, size - at);
          reader.read(pair.a(), at, bytesA.clear().limit(length));
          reader.read(pair.b(), at, bytesB.clear().limit(length));
          comparison.add(bytesA.flip(), bytesB.flip());
        }
        ValueDifference difference = comparison.result();
        if (difference.differing() == 0) {
          identical++;
        } else {
          differing.accept(pair, difference);
        }
      }
    }
    return identical;
  }

  /**
   * How two tensors of one shape and dtype differ.
   *
   * <p>Of dtypes other than BF16, F16, F32 and F64 only the bytes are compared: {@code compared}
   * and {@code differing} count bytes, and the rest is zero.
   *
   * @param numeric whether elements were compared as numbers
   * @param compared elements, or bytes
   * @param differing of them, those with different bits; −0 differs from 0, by zero ULPs
   * @param maxAbsolute largest |a − b| over the elements that are no NaN in either
   * @param maxUlps largest distance in steps of the dtype, over the same elements; unsigned
   * @param meanUlps over the same elements, equal ones included
   * @param nanA NaNs in A
   * @param nanB NaNs in B
   */
  public record ValueDifference(
      boolean numeric,
      long compared,
      long differing,
      double maxAbsolute,
      long maxUlps,
      double meanUlps,
      long nanA,
      long nanB) {}
}
