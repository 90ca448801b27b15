package dev.stockpot.checkpoint.inspection;

import dev.stockpot.checkpoint.inspection.CheckpointDiff.ValueDifference;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Compares the elements of two tensors, chunk by chunk, and sums up.
 *
 * <p>The ULP distance counts steps on the line of the dtype's numbers, on which −0 and 0 are one
 * point and infinity follows the largest number: with the sign taken off, the bits of IEEE numbers
 * are in the order of their values.
 */
abstract class ElementComparison {
  private long compared;
  private long differing;
  private long nanA;
  private long nanB;
  private long nanEither;
  private double maxAbsolute;
  private long maxUlps;
  private double sumUlps;

  /** For chunks of at most so many bytes, each a whole number of elements. */
  static ElementComparison of(Dtype dtype, int largestChunk) {
    return switch (dtype) {
      case BF16, F16 -> new Elements16(dtype, largestChunk);
      case F32 -> new Elements32(largestChunk);
      case F64 -> new Elements64(largestChunk);
      default -> new Bytes(largestChunk);
    };
  }

  /** Adds chunks of equal length, from their positions to their limits. */
  final void add(ByteBuffer a, ByteBuffer b) {
    boolean equal = a.mismatch(b) < 0;
    a.order(ByteOrder.LITTLE_ENDIAN);
    b.order(ByteOrder.LITTLE_ENDIAN);
    compared += equal ? addEqual(a) : addDifferent(a, b);
  }

  /** Adds a chunk that is the same in both; returns its number of elements. */
  abstract int addEqual(ByteBuffer both);

  /** Adds chunks of which some elements differ; returns the number of elements. */
  abstract int addDifferent(ByteBuffer a, ByteBuffer b);

  abstract boolean numeric();

  final ValueDifference result() {
    long numbers = compared - nanEither;
    return new ValueDifference(
        numeric(),
        compared,
        differing,
        maxAbsolute,
        maxUlps,
        numeric() && numbers > 0 ? sumUlps / numbers : 0,
        nanA,
        nanB);
  }

  final void addDiffering(long count) {
    differing += count;
  }

  final void addNans(long inA, long inB, long inEither) {
    nanA += inA;
    nanB += inB;
    nanEither += inEither;
  }

  /** Adds a chunk's largest distances, and the sum of its distances in ULPs. */
  final void addDistances(double absolute, long ulps, double sum) {
    maxAbsolute = Math.max(maxAbsolute, absolute);
    maxUlps = Long.compareUnsigned(ulps, maxUlps) > 0 ? ulps : maxUlps;
    sumUlps += sum;
  }

  /** A dtype without arithmetic here. */
  private static final class Bytes extends ElementComparison {
    private final byte[] a;
    private final byte[] b;

    Bytes(int largest) {
      a = new byte[largest];
      b = new byte[largest];
    }

    @Override
    int addEqual(ByteBuffer both) {
      return both.remaining();
    }

    @Override
    int addDifferent(ByteBuffer bytesA, ByteBuffer bytesB) {
      int n = bytesA.remaining();
      bytesA.get(a, 0, n);
      bytesB.get(b, 0, n);
      int count = 0;
      for (int i = 0; i < n; i++) {
        count += a[i] == b[i] ? 0 : 1;
      }
      addDiffering(count);
      return n;
    }

    @Override
    boolean numeric() {
      return false;
    }
  }
}
