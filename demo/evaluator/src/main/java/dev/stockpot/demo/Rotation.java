package dev.stockpot.demo;

/**
 * Rotary position embedding: turns each pair of a head's halves, (x[i], x[i + size / 2]), by an
 * angle that grows with the position. As transformers computes it, angles in float32. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">RoFormer</a>
 */
final class Rotation {
  private final int headSize;
  private final float[][] cosines;
  private final float[][] sines;

  Rotation(int headSize, double theta, int positions) {
    this.headSize = headSize;
    int pairs = headSize / 2;
    cosines = new float[positions][pairs];
    sines = new float[positions][pairs];
    for (int i = 0; i < pairs; i++) {
      float frequency = 1 / (float) Math.pow(theta, 2f * i / headSize);
      for (int position = 0; position < positions; position++) {
        float angle = position * frequency;
        cosines[position][i] = (float) Math.cos(angle);
        sines[position][i] = (float) Math.sin(angle);
      }
    }
  }

  /** Turns every head of the vector. */
  void turn(float[] heads, int position) {
    float[] cosine = cosines[position];
    float[] sine = sines[position];
    int pairs = headSize / 2;
    for (int head = 0; head < heads.length; head += headSize) {
      for (int i = 0; i < pairs; i++) {
        float first = heads[head + i];
        float second = heads[head + pairs + i];
        heads[head + i] = first * cosine[i] - second * sine[i];
        heads[head + pairs + i] = second * cosine[i] + first * sine[i];
      }
    }
  }
}
