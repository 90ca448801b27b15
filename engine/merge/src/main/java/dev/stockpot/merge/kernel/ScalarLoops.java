package dev.stockpot.merge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** The loops as plain Java, with no state: what the vector loops are held to, bit by bit. */
public class ScalarLoops implements BlockLoops {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
  public void firstThreeBf16(
      List<LinearKernel.Source> sources,
      IntegerWeights weights,
      long from,
      double[] sum,
      int count) {
    firstThreeBf16(sources, weights, from, sum, 0, count);
  }

  /** The sums from {@code begin} up to {@code end}. */
  protected static void firstThreeBf16(
      List<LinearKernel.Source> sources,
      IntegerWeights weights,
      long from,
      double[] sum,
      int begin,
      int end) {
    for (int k = 0; k < 3; k++) {
      MemorySegment bytes = sources.get(k).bytes();
      double n = weights.numerators().get(k);
      for (int i = begin; i < end; i++) {
        double x = Rounding.bf16ToFloat(bytes.get(SHORT, (from + i) * Short.BYTES));
        sum[i] = k == 0 ? n * x : Math.fma(n, x, sum[i]);
      }
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
