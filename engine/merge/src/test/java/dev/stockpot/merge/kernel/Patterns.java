package dev.stockpot.merge.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;

/** Elements as bit patterns in segments. */
public final class Patterns {
  public static final List<Dtype> DTYPES = List.of(Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.F64);
  static final List<Dtype> SIXTEEN_BITS = List.of(Dtype.BF16, Dtype.F16);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private Patterns() {}

  /** Zero-extended. */
  static long get(MemorySegment segment, Dtype dtype, long index) {
    return switch (dtype.bytes()) {
      case 2 -> segment.get(SHORT, index * 2) & 0xffffL;
      case 4 -> segment.get(INT, index * 4) & 0xffff_ffffL;
      default -> segment.get(LONG, index * 8);
    };
  }

  static void set(MemorySegment segment, Dtype dtype, long index, long bits) {
    switch (dtype.bytes()) {
      case 2 -> segment.set(SHORT, index * 2, (short) bits);
      case 4 -> segment.set(INT, index * 4, (int) bits);
      default -> segment.set(LONG, index * 8, bits);
    }
  }

  public static MemorySegment of(Dtype dtype, long... bits) {
    MemorySegment segment = MemorySegment.ofArray(new byte[bits.length * dtype.bytes()]);
    for (int i = 0; i < bits.length; i++) {
      set(segment, dtype, i, bits[i]);
    }
    return segment;
  }

  /** All 65536 of a 16-bit dtype, in order. */
  public static MemorySegment all() {
    MemorySegment segment = MemorySegment.ofArray(new byte[2 << 16]);
    for (int i = 0; i < 1 << 16; i++) {
      set(segment, Dtype.BF16, i, i);
    }
    return segment;
  }

  /** {@code elements} times the same pattern. */
  static MemorySegment repeated(Dtype dtype, long bits, int elements) {
    MemorySegment segment = MemorySegment.ofArray(new byte[elements * dtype.bytes()]);
    for (int i = 0; i < elements; i++) {
      set(segment, dtype, i, bits);
    }
    return segment;
  }

  /** One pattern of every awkward kind, or now and then any pattern at all. */
  public static long awkward(Dtype dtype, SplittableRandom random) {
    BinaryFormat format = BinaryFormat.of(dtype);
    long sign = random.nextBoolean() ? format.signBit() : 0;
    long one = ((1L << (format.exponentBits() - 1)) - 1) << format.fractionBits();
    return sign
        | switch (random.nextInt(12)) {
          case 0 -> 0;
          case 1 -> random.nextLong(1, 4);
          case 2 -> (1L << format.fractionBits()) - random.nextLong(3);
          case 3 -> format.infinity() - random.nextLong(1, 4);
          case 4 -> random.nextInt(40) == 0 ? format.infinity() : one;
          case 5 -> random.nextInt(40) == 0 ? format.infinity() + random.nextLong(1, 9) : one;
          case 6 -> one + random.nextLong(4);
          case 7, 8, 9 -> one + random.nextLong(-8L << format.fractionBits(), one / 64);
          default -> random.nextLong() & (format.signBit() - 1);
        };
  }
}
