package dev.stockpot.demo;

import java.util.List;

/**
 * One way of some tokens through all layers, a row for each token. A token's key and value are in
 * its sequence's memory before any row attends, so that rows of one sequence see each other.
 */
final class ForwardPass {
  private final LlamaConfig config;
  private final LlamaWeights weights;
  private final Rotation rotation;
  private final List<Llama.Input> inputs;
  private final int[] positions;

  /** The residual stream. */
  private final float[][] stream;

  private final float[][] normed;
  private final float[][] queries;
  private final float[][] attended;
  private final float[][] gates;
  private final float[][] ups;

  ForwardPass(
      LlamaConfig config, LlamaWeights weights, Rotation rotation, List<Llama.Input> inputs) {
    this.config = config;
    this.weights = weights;
    this.rotation = rotation;
    this.inputs = inputs;
    int rows = inputs.size();
    positions = inputs.stream().mapToInt(input -> input.sequence().append()).toArray();
    stream = new float[rows][];
    for (int r = 0; r < rows; r++) {
      stream[r] = weights.embeddings().of(inputs.get(r).token());
    }
    normed = new float[rows][config.hiddenSize()];
    queries = new float[rows][config.querySize()];
    attended = new float[rows][config.querySize()];
    gates = new float[rows][config.intermediateSize()];
    ups = new float[rows][config.intermediateSize()];
  }

  /** By row. */
  float[][] logits() {
    for (int i = 0; i < config.layers(); i++) {
      LlamaWeights.Layer layer = weights.layers().get(i);
      attend(layer, i);
      think(layer);
    }
    weights.norm().normalize(stream, normed);
    float[][] logits = new float[inputs.size()][config.vocabularySize()];
    weights.head().multiply(normed, logits);
    return logits;
  }

  private void attend(LlamaWeights.Layer layer, int index) {
    int rows = inputs.size();
    float[][] keys = new float[rows][];
    float[][] values = new float[rows][];
    for (int r = 0; r < rows; r++) {
      Sequence sequence = inputs.get(r).sequence();
      keys[r] = sequence.keys(index)[positions[r]];
      values[r] = sequence.values(index)[positions[r]];
    }
    layer.attentionNorm().normalize(stream, normed);
    layer.query().multiply(normed, queries);
    layer.key().multiply(normed, keys);
    layer.value().multiply(normed, values);
    for (int r = 0; r < rows; r++) {
      rotation.turn(queries[r], positions[r]);
      rotation.turn(keys[r], positions[r]);
    }
    Attention attention = new Attention(config);
    for (int r = 0; r < rows; r++) {
      Sequence sequence = inputs.get(r).sequence();
      attention.attend(
          queries[r], sequence.keys(index), sequence.values(index), positions[r] + 1, attended[r]);
    }
    layer.attentionOutput().multiplyAndAdd(attended, stream);
  }

  /** The MLP: {@code down(silu(gate(x)) * up(x))}. */
  private void think(LlamaWeights.Layer layer) {
    layer.mlpNorm().normalize(stream, normed);
    layer.gate().multiply(normed, gates);
    layer.up().multiply(normed, ups);
    for (int r = 0; r < gates.length; r++) {
      float[] gate = gates[r];
      float[] up = ups[r];
      for (int i = 0; i < gate.length; i++) {
        gate[i] = (float) (gate[i] / (1 + Math.exp(-gate[i]))) * up[i];
      }
    }
    layer.down().multiplyAndAdd(gates, stream);
  }
}
