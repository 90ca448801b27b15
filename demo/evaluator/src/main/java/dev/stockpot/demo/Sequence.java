package dev.stockpot.demo;

/** What a model remembers of the tokens that it has read: their keys and values, layer by layer. */
final class Sequence {
  private final float[][][] keys;
  private final float[][][] values;
  private int length;

  Sequence(LlamaConfig config, int capacity) {
    keys = new float[config.layers()][capacity][config.keySize()];
    values = new float[config.layers()][capacity][config.keySize()];
  }

  /** Makes room for one more token; returns its position. */
  int append() {
    return length++;
  }

  /** By position; rows may be written. */
  float[][] keys(int layer) {
    return keys[layer];
  }

  /** By position; rows may be written. */
  float[][] values(int layer) {
    return values[layer];
  }
}
