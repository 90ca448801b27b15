package dev.stockpot.demo;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.problem.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The weights of a Llama as float32. Immutable. */
record LlamaWeights(Embeddings embeddings, List<Layer> layers, RmsNorm norm, Matrix head) {

  /** What each token is to the model before it is read. */
  static final class Embeddings {
    private final float[] values;
    private final int size;

    Embeddings(float[] values, int size) {
      this.values = values;
      this.size = size;
    }

    /** A row of the caller's own. */
    float[] of(int token) {
      return Arrays.copyOfRange(values, token * size, (token + 1) * size);
    }
  }

  /** One block: attention, then the MLP, each behind a norm. */
  record Layer(
      RmsNorm attentionNorm,
      Matrix query,
      Matrix key,
      Matrix value,
      Matrix attentionOutput,
      RmsNorm mlpNorm,
      Matrix gate,
      Matrix up,
      Matrix down) {}

  /**
   * Reads the weights of a checkpoint directory.
   *
   * @throws CheckpointException if a tensor is missing, of another shape than the config says, or
   *     no part of a Llama
   */
  static LlamaWeights read(Path directory, LlamaConfig config) {
    Checkpoint checkpoint = Checkpoint.open(directory);
    try (TensorFloats tensors = new TensorFloats(checkpoint)) {
      int hidden = config.hiddenSize();
      int vocabulary = config.vocabularySize();
      float[] embeddings = tensors.values("model.embed_tokens.weight", vocabulary, hidden);
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < config.layers(); i++) {
        layers.add(layer(tensors, "model.layers." + i + ".", config));
      }
      RmsNorm norm = norm(tensors, "model.norm.weight", config);
      String head = config.tied() ? "model.embed_tokens.weight" : "lm_head.weight";
      Matrix headWeights = matrix(tensors, head, vocabulary, hidden);
      tensors.refuseOthers(name ->
          name.endsWith(".rotary_emb.inv_freq")
              || (config.tied() && name.equals("lm_head.weight")));
      return new LlamaWeights(
          new Embeddings(embeddings, hidden), List.copyOf(layers), norm, headWeights);
    }
  }

  private static Layer layer(TensorFloats tensors, String prefix, LlamaConfig config) {
    int hidden = config.hiddenSize();
    int wide = config.intermediateSize();
    String attention = prefix + "self_attn.";
    String mlp = prefix + "mlp.";
    return new Layer(
        norm(tensors, prefix + "input_layernorm.weight", config),
        matrix(tensors, attention + "q_proj.weight", config.querySize(), hidden),
        matrix(tensors, attention + "k_proj.weight", config.keySize(), hidden),
        matrix(tensors, attention + "v_proj.weight", config.keySize(), hidden),
        matrix(tensors, attention + "o_proj.weight", hidden, config.querySize()),
        norm(tensors, prefix + "post_attention_layernorm.weight", config),
        matrix(tensors, mlp + "gate_proj.weight", wide, hidden),
        matrix(tensors, mlp + "up_proj.weight", wide, hidden),
        matrix(tensors, mlp + "down_proj.weight", hidden, wide));
  }

  private static RmsNorm norm(TensorFloats tensors, String name, LlamaConfig config) {
    return new RmsNorm(tensors.values(name, config.hiddenSize()), config.normEpsilon());
  }

  private static Matrix matrix(TensorFloats tensors, String name, int outputs, int inputs) {
    return new Matrix(tensors.values(name, outputs, inputs), inputs);
  }

  /**
   * Scales each row to a root mean square of 1, and each of its elements by a weight. Immutable.
   *
   * @see <a href="https://arxiv.org/abs/1910.07467">Root Mean Square Layer Normalization</a>
   */
  static final class RmsNorm {
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
}
