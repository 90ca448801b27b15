package dev.stockpot.merge.kernel;

/**
 * Quotients S / d rounded once, and the 16-bit formats: the scalar twin of every loop's last step.
 *
 * <p>The way to one rounding is rounding to odd: a quotient that lies between two float32 values
 * becomes the one whose last bit is 1. Such a value is never halfway between two bf16 or f16 values
 * and lies on the same side of every halfway point as the exact quotient, so rounding it to nearest
 * gives what rounding the exact quotient would (Boldo and Melquiond, "Emulation of FMA and
 * correctly rounded sums: proved algorithms using rounding to odd", 2008).
 */
public final class Rounding {
  /** Quiet, positive, no payload. */
  public static final short NAN_BF16 = 0x7fc0;

  /** Quiet, positive, no payload. */
  public static final short NAN_F16 = 0x7e00;

  private Rounding() {}

  /** The value of a bf16 pattern: the upper half of a float32. */
  public static float bf16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** {@code sum / d} rounded once to bf16. */
  public static short quotientToBf16(double sum, double d, double reciprocal) {
    return oddToBf16(quotientToOddFloat(sum, d, reciprocal));
  }

  /** {@code sum / d} rounded once to f16. */
  public static short quotientToF16(double sum, double d, double reciprocal) {
    float odd = quotientToOddFloat(sum, d, reciprocal);
    return Float.isNaN(odd) ? NAN_F16 : Float.floatToFloat16(odd);
  }

  /** The nearest bf16, ties to even. */
  public static short oddToBf16(float odd) {
    int bits = Float.floatToRawIntBits(odd);
    short rounded = (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    return Float.isNaN(odd) ? NAN_BF16 : rounded;
  }

  /** {@code sum / d} rounded once to float32. */
  public static float quotientToFloat(double sum, double d) {
    double odd = quotientToOddDouble(sum, d);
    return Double.isNaN(odd) ? Float.NaN : (float) odd;
  }

  /** {@code sum / d} rounded once to float64. */
  public static double quotientToDouble(double sum, double d) {
    double quotient = sum / d;
    return Double.isNaN(quotient) ? Double.NaN : quotient;
  }

  /**
   * {@code sum / d} rounded to odd in float32; some NaN if it is NaN.
   *
   * <p>{@code sum * reciprocal} is within two units in the last place of a float64, so its float32
   * is one of the two neighbours of the exact quotient, or the quotient. The fused {@code sum - d *
   * nearest} has the exact sign, because it is rounded once and too large to vanish. Infinity
   * counts as the even neighbour above the largest float32.
   */
  public static float quotientToOddFloat(double sum, double d, double reciprocal) {
    float nearest = (float) (sum * reciprocal);
    double rest = Math.fma(-d, (double) nearest, sum);
    int bits = Float.floatToRawIntBits(nearest);
    int inexact = Math.abs(rest) > 0 ? 1 : 0;
    return Float.intBitsToFloat((bits - (inexact & signsDiffer(rest, sum))) | inexact);
  }

  /** {@code sum / d} rounded to odd in float64; some NaN if it is NaN. */
  static double quotientToOddDouble(double sum, double d) {
    double nearest = sum / d;
    double rest = Math.fma(-nearest, d, sum);
    long bits = Double.doubleToRawLongBits(nearest);
    int inexact = Math.abs(rest) > 0 ? 1 : 0;
    return Double.longBitsToDouble((bits - (inexact & signsDiffer(rest, sum))) | inexact);
  }

  /** 1 or 0; arithmetic, because a branch that half of the elements take is slow. */
  private static int signsDiffer(double a, double b) {
    return (int) ((Double.doubleToRawLongBits(a) ^ Double.doubleToRawLongBits(b)) >>> 63);
  }
}
