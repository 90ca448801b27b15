package dev.stockpot.demo;

import dev.stockpot.checkpoint.problem.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Llama that computes in float32. Immutable; its sequences are for one thread each. */
final class Llama {
  /** Longer sequences are no work for this evaluator. */
  private static final int MOST_POSITIONS = 4096;

  /** Bounds the memory of a pass. */
  private static final int ROWS = 256;

  /** A token that a sequence reads next. */
  record Input(Sequence sequence, int token) {}

  private final LlamaConfig config;
  private final LlamaWeights weights;
  private final Rotation rotation;

  private Llama(LlamaConfig config, LlamaWeights weights) {
    this.config = config;
    this.weights = weights;
    this.rotation = new Rotation(config.headSize(), config.ropeTheta(), positions());
  }

  /**
   * Reads a checkpoint directory.
   *
   * @throws CheckpointException if it is not a Llama that this evaluator can compute
   */
  static Llama read(Path directory) throws IOException {
    LlamaConfig config = LlamaConfig.read(directory);
    return new Llama(config, LlamaWeights.read(directory, config));
  }

  LlamaConfig config() {
    return config;
  }

  /** The longest sequence. */
  int positions() {
    return Math.min(config.positions(), MOST_POSITIONS);
  }

  /** An empty sequence for at most so many tokens, which are at most {@link #positions()}. */
  Sequence newSequence(int capacity) {
    return new Sequence(config, capacity);
  }

  /**
   * Lets sequences read on: the tokens of each in their order, those of different sequences in any.
   *
   * @return the logits behind each token
   */
  List<float[]> read(List<Input> inputs) {
    List<float[]> logits = new ArrayList<>(inputs.size());
    for (int from = 0; from < inputs.size(); from += ROWS) {
      List<Input> some = inputs.subList(from, Math.min(from + ROWS, inputs.size()));
      logits.addAll(List.of(new ForwardPass(config, weights, rotation, some).logits()));
    }
    return logits;
  }
}
