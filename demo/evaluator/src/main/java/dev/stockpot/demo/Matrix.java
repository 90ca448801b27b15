package dev.stockpot.demo;

import java.util.Arrays;

/**
 * The weights of a linear layer without bias, one row per input. Immutable.
 *
 * <p>That way round an input's weights lie beside each other as the outputs do, and the compiler
 * turns the loop over outputs into vector code.
 */
final class Matrix {
  private static final int TOGETHER = 8;

  private final float[][] rows;

  /** Takes the weights as checkpoints hold them: one row of {@code inputs} for each output. */
  Matrix(float[] byOutput, int inputs) {
    int outputs = byOutput.length / inputs;
    rows = new float[inputs][outputs];
    for (int in = 0; in < inputs; in++) {
      for (int out = 0; out < outputs; out++) {
        rows[in][out] = byOutput[out * inputs + in];
      }
    }
  }

  /** Sets {@code y[r] = x[r] · W} for every row of {@code x}. */
  void multiply(float[][] x, float[][] y) {
    for (int r = 0; r < x.length; r++) {
      Arrays.fill(y[r], 0);
    }
    multiplyAndAdd(x, y);
  }

  /**
   * Adds {@code x[r] · W} to {@code y[r]} for every row of {@code x}, in float32, input by input.
   */
  void multiplyAndAdd(float[][] x, float[][] y) {
    int in = 0;
    for (; in + TOGETHER <= rows.length; in += TOGETHER) {
      for (int r = 0; r < x.length; r++) {
        addEight(x[r], in, y[r]);
      }
    }
    for (; in < rows.length; in++) {
      for (int r = 0; r < x.length; r++) {
        addOne(x[r][in], rows[in], y[r]);
      }
    }
  }

  /** Eight inputs for one reading and writing of the outputs. */
  private void addEight(float[] x, int in, float[] y) {
    float x0 = x[in];
    float x1 = x[in + 1];
    float x2 = x[in + 2];
    float x3 = x[in + 3];
    float x4 = x[in + 4];
    float x5 = x[in + 5];
    float x6 = x[in + 6];
    float x7 = x[in + 7];
    float[] w0 = rows[in];
    float[] w1 = rows[in + 1];
    float[] w2 = rows[in + 2];
    float[] w3 = rows[in + 3];
    float[] w4 = rows[in + 4];
    float[] w5 = rows[in + 5];
    float[] w6 = rows[in + 6];
    float[] w7 = rows[in + 7];
    for (int o = 0; o < y.length; o++) {
      y[o] =
          y[o]
              + x0 * w0[o]
              + x1 * w1[o]
              + x2 * w2[o]
              + x3 * w3[o]
              + x4 * w4[o]
              + x5 * w5[o]
              + x6 * w6[o]
              + x7 * w7[o];
    }
  }

  private static void addOne(float x, float[] w, float[] y) {
    for (int o = 0; o < y.length; o++) {
      y[o] = y[o] + x * w[o];
    }
  }
}
