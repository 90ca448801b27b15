package dev.stockpot.merge.kernel;

/**
 * The CRC-32C of a concatenation from the checksums of its parts, as zlib's {@code crc32_combine}
 * does it for CRC-32: pieces can be summed in any order, on any thread.
 *
 * <p>Appending n zero bytes to A multiplies its checksum by a power of x, modulo the polynomial: a
 * 32 by 32 matrix over GF(2), squared once for every bit of n.
 */
public final class Crc32cs {
  /** Castagnoli's, lowest power in the highest bit, as {@link java.util.zip.CRC32C} has it. */
  private static final int POLYNOMIAL = 0x82f6_3b78;

  private static final int BITS = 32;

  /** Row p appends 2^p zero bytes; column b is what becomes of bit b alone. */
  private static final int[][] ZERO_BYTES = zeroByteMatrices();

  private Crc32cs() {}

  /**
   * The checksum of A followed by B, in at most 63 steps whatever the lengths.
   *
   * @param crcA of A, as {@link java.util.zip.CRC32C#getValue} gives it
   * @param crcB of B, likewise
   * @param lengthB bytes of B
   */
  public static long combine(long crcA, long crcB, long lengthB) {
    if (lengthB < 0) {
      throw new IllegalArgumentException("a length of " + lengthB + " bytes");
    }
    int shifted = (int) crcA;
    int power = 0;
    for (long rest = lengthB; rest != 0; rest >>>= 1) {
      if ((rest & 1) == 1) {
        shifted = times(ZERO_BYTES[power], shifted);
      }
      power++;
    }
    return (shifted ^ crcB) & 0xffff_ffffL;
  }

  private static int times(int[] matrix, int vector) {
    int product = 0;
    for (int rest = vector; rest != 0; rest &= rest - 1) {
      product ^= matrix[Integer.numberOfTrailingZeros(rest)];
    }
    return product;
  }

  private static int[] squared(int[] matrix) {
    int[] square = new int[BITS];
    for (int bit = 0; bit < BITS; bit++) {
      square[bit] = times(matrix, matrix[bit]);
    }
    return square;
  }

  private static int[][] zeroByteMatrices() {
    int[] oneBit = new int[BITS];
    oneBit[0] = POLYNOMIAL;
    for (int bit = 1; bit < BITS; bit++) {
      oneBit[bit] = 1 << (bit - 1);
    }
    int[][] matrices = new int[Long.SIZE - 1][];
    matrices[0] = squared(squared(squared(oneBit)));
    for (int power = 1; power < matrices.length; power++) {
      matrices[power] = squared(matrices[power - 1]);
    }
    return matrices;
  }
}
