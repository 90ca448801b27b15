package dev.stockpot.merge.kernel;

import java.util.List;

/**
 * The inner loops of a kernel, over blocks of at most {@link #BLOCK} elements that lie in the first
 * level cache. Every implementation gives the same bits in the accumulator and in the output.
 *
 * <p>{@code first} methods set {@code sum[i] = n * x[i]}; {@code next} methods set {@code sum[i] =
 * fma(n, x[i], sum[i])}; {@code divide} methods set {@code out[i] = round(sum[i] / d)} and answer
 * whether every result is finite. All take the elements from 0 up to {@code count}. An
 * implementation may own scratch and is for one thread.
 */
public interface BlockLoops {
  /** Elements in a block: its float64 sums take a third of a 48 KB first level cache. */
  int BLOCK = 2048;

  void firstBf16(double n, short[] x, double[] sum, int count);

  void nextBf16(double n, short[] x, double[] sum, int count);

  /**
   * The first three sources, which are BF16, in one pass over them where they lie: the sums come
   * and go once instead of three times. The same bits as {@code first} and twice {@code next}.
   *
   * @param from the element of the sources that is element 0 of the sums
   */
  void firstThreeBf16(
      List<LinearKernel.Source> sources,
      IntegerWeights weights,
      long from,
      double[] sum,
      int count);

  void firstF16(double n, short[] x, double[] sum, int count);

  void nextF16(double n, short[] x, double[] sum, int count);

  void firstF32(double n, float[] x, double[] sum, int count);

  void nextF32(double n, float[] x, double[] sum, int count);

  void firstF64(double n, double[] x, double[] sum, int count);

  void nextF64(double n, double[] x, double[] sum, int count);

  boolean divideToBf16(double[] sum, double d, short[] out, int count);

  boolean divideToF16(double[] sum, double d, short[] out, int count);

  boolean divideToF32(double[] sum, double d, float[] out, int count);

  boolean divideToF64(double[] sum, double d, double[] out, int count);
}
