package dev.stockpot.demo;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * The numbers of a config.json that decide what a Llama computes.
 *
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the MLP
 * @param keyValueHeads divides {@code heads}: so many queries share a key
 * @param headSize even
 * @param positions longest sequence
 * @param tied whether the embeddings serve as the head
 */
record LlamaConfig(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    int positions,
    double normEpsilon,
    double ropeTheta,
    boolean tied) {

  private static final String USE_ANOTHER =
      "; score this model with another evaluator, such as demo/evaluate.py";

  int querySize() {
    return heads * headSize;
  }

  int keySize() {
    return keyValueHeads * headSize;
  }

  /**
   * Reads the config.json of a checkpoint directory.
   *
   * @throws CheckpointException if it is not of a Llama, or of one with parts that this evaluator
   *     does not compute: biases, scaled rotary embeddings, other activations, packed weights
   */
  static LlamaConfig read(Path directory) throws IOException {
    JsonFile file = JsonFile.read(directory.resolve(HfConfig.FILE_NAME));
    require(file, "model_type", "llama");
    require(file, "hidden_act", "silu");
    refuseIf(file, file.isTrue("attention_bias"), "'attention_bias' is true");
    refuseIf(file, file.isTrue("mlp_bias"), "'mlp_bias' is true");
    refuseIf(
        file,
        JsonFile.isGiven(file.get("quantization_config")),
        "'quantization_config' says that the weights are packed");
    int hidden = file.count("hidden_size");
    int heads = file.count("num_attention_heads");
    int keyValueHeads = file.count("num_key_value_heads", heads);
    int headSize = file.count("head_dim", Math.max(1, hidden / heads));
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw file.problem(
          "%d heads, %d key-value heads of size %d: heads must be a multiple of key-value heads, and the size even"
              .formatted(heads, keyValueHeads, headSize));
    }
    if ((long) heads * headSize > Integer.MAX_VALUE) {
      throw file.problem("%d heads of size %d are too many".formatted(heads, headSize));
    }
    return new LlamaConfig(
        file.count("vocab_size"),
        hidden,
        file.count("intermediate_size"),
        file.count("num_hidden_layers"),
        heads,
        keyValueHeads,
        headSize,
        file.count("max_position_embeddings"),
        positive(file, file.get("rms_norm_eps"), "rms_norm_eps"),
        ropeTheta(file),
        file.isTrue("tie_word_embeddings"));
  }

  /** It stands at the top beside {@code rope_scaling}, or in the newer {@code rope_parameters}. */
  private static double ropeTheta(JsonFile file) {
    for (String group : new String[] {"rope_scaling", "rope_parameters"}) {
      JsonNode settings = file.get(group);
      JsonNode type = settings.path(settings.has("rope_type") ? "rope_type" : "type");
      refuseIf(
          file,
          JsonFile.isGiven(settings) && !type.asString("").equals("default"),
          "'%s' asks for scaled rotary embeddings (%s)".formatted(group, JsonFile.shown(type)));
    }
    JsonNode inGroup = file.get("rope_parameters").path("rope_theta");
    return positive(file, inGroup.isMissingNode() ? file.get("rope_theta") : inGroup, "rope_theta");
  }

  private static double positive(JsonFile file, JsonNode value, String name) {
    if (!value.isNumber() || !(value.doubleValue() > 0)) {
      throw file.problem(
          "'%s' must be a number above 0, not %s".formatted(name, JsonFile.shown(value)));
    }
    return value.doubleValue();
  }

  private static void require(JsonFile file, String name, String known) {
    JsonNode value = file.get(name);
    refuseIf(
        file,
        !value.isString() || !value.stringValue().equals(known),
        "'%s' is %s, and this evaluator knows only \"%s\""
            .formatted(name, JsonFile.shown(value), known));
  }

  private static void refuseIf(JsonFile file, boolean foreign, String what) {
    if (foreign) {
      throw file.problem(what + USE_ANOTHER);
    }
  }
}
