package dev.stockpot.merge.kernel;

/** The loops as plain Java, with no state: what the vector loops are held to, bit by bit. */
public class ScalarLoops implements BlockLoops {

  @Override
  public void firstBf16(double n, short[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = n * Rounding.bf16ToFloat(x[i]);
    }
  }

  @Override
  public void nextBf16(double n, short[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = Math.fma(n, (double) Rounding.bf16ToFloat(x[i]), sum[i]);
    }
  }

  @Override
  public void firstF16(double n, short[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = n * Float.float16ToFloat(x[i]);
    }
  }

  @Override
  public void nextF16(double n, short[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = Math.fma(n, (double) Float.float16ToFloat(x[i]), sum[i]);
    }
  }

  @Override
  public void firstF32(double n, float[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = n * x[i];
    }
  }

  @Override
  public void nextF32(double n, float[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = Math.fma(n, (double) x[i], sum[i]);
    }
  }

  @Override
  public void firstF64(double n, double[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = n * x[i];
    }
  }

  @Override
  public void nextF64(double n, double[] x, double[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] = Math.fma(n, x[i], sum[i]);
    }
  }

  @Override
  public boolean divideToBf16(double[] sum, double d, short[] out, int count) {
    double reciprocal = 1 / d;
    int largest = 0;
    for (int i = 0; i < count; i++) {
      out[i] = Rounding.quotientToBf16(sum[i], d, reciprocal);
      largest = Math.max(largest, out[i] & 0x7fff);
    }
    return largest < 0x7f80;
  }

  @Override
  public boolean divideToF16(double[] sum, double d, short[] out, int count) {
    double reciprocal = 1 / d;
    int largest = 0;
    for (int i = 0; i < count; i++) {
      out[i] = Rounding.quotientToF16(sum[i], d, reciprocal);
      largest = Math.max(largest, out[i] & 0x7fff);
    }
    return largest < 0x7c00;
  }

  @Override
  public boolean divideToF32(double[] sum, double d, float[] out, int count) {
    boolean finite = true;
    for (int i = 0; i < count; i++) {
      out[i] = Rounding.quotientToFloat(sum[i], d);
      finite &= Float.isFinite(out[i]);
    }
    return finite;
  }

  @Override
  public boolean divideToF64(double[] sum, double d, double[] out, int count) {
    boolean finite = true;
    for (int i = 0; i < count; i++) {
      out[i] = Rounding.quotientToDouble(sum[i], d);
      finite &= Double.isFinite(out[i]);
    }
    return finite;
  }
}
