package dev.stockpot.demo;

/**
 * Scales each row to a root mean square of 1, and each of its elements by a weight. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/1910.07467">Root Mean Square Layer Normalization</a>
 */
final class RmsNorm {
  private final float[] weights;
  private final double epsilon;

  /** Keeps the weights, which are not to be changed. */
  RmsNorm(float[] weights, double epsilon) {
    this.weights = weights;
    this.epsilon = epsilon;
  }

  /** Sets the rows of {@code y} to the normalized rows of {@code x}. */
  void normalize(float[][] x, float[][] y) {
    for (int r = 0; r < x.length; r++) {
      float[] from = x[r];
      float[] to = y[r];
      double squares = 0;
      for (float value : from) {
        squares += (double) value * value;
      }
      float factor = (float) (1 / Math.sqrt(squares / from.length + epsilon));
      for (int i = 0; i < from.length; i++) {
        to[i] = weights[i] * (from[i] * factor);
      }
    }
  }
}
