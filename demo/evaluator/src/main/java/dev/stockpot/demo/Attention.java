package dev.stockpot.demo;

import java.util.Arrays;

/** Grouped-query attention of one token. Holds scratch memory: for one thread. */
final class Attention {
  private final int headSize;
  private final int queriesPerKey;
  private final float scale;
  private float[] shares = new float[64];

  Attention(LlamaConfig config) {
    headSize = config.headSize();
    queriesPerKey = config.heads() / config.keyValueHeads();
    scale = (float) (1 / Math.sqrt(headSize));
  }

  /**
   * Sets {@code result}, head by head, to the mean of the values, weighted by the softmax of the
   * query's products with the keys.
   *
   * @param keys by position, as are the values; the first {@code length} count
   */
  void attend(float[] query, float[][] keys, float[][] values, int length, float[] result) {
    if (shares.length < length) {
      shares = new float[Math.max(length, 2 * shares.length)];
    }
    Arrays.fill(result, 0);
    for (int at = 0; at < query.length; at += headSize) {
      int shared = at / headSize / queriesPerKey * headSize;
      weigh(query, at, keys, shared, length);
      for (int position = 0; position < length; position++) {
        float share = shares[position];
        float[] value = values[position];
        for (int i = 0; i < headSize; i++) {
          result[at + i] += share * value[shared + i];
        }
      }
    }
  }

  private void weigh(float[] query, int at, float[][] keys, int shared, int length) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int position = 0; position < length; position++) {
      float[] key = keys[position];
      float product = 0;
      for (int i = 0; i < headSize; i++) {
        product += query[at + i] * key[shared + i];
      }
      shares[position] = product * scale;
      largest = Math.max(largest, shares[position]);
    }
    float sum = 0;
    for (int position = 0; position < length; position++) {
      shares[position] = (float) Math.exp(shares[position] - largest);
      sum += shares[position];
    }
    for (int position = 0; position < length; position++) {
      shares[position] /= sum;
    }
  }
}
