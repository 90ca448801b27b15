package dev.stockpot.merge.compatibility;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What of a config.json bears on merging; what is missing is empty.
 *
 * @param rope rope settings in one form, whether the file has them as {@code rope_theta} and {@code
 *     rope_scaling} or as the newer {@code rope_parameters}
 * @param quantization how the weights are packed, as in {@code gptq}
 * @param origin {@code _name_or_path}: the model that the training started from, or any path
 */
record ModelConfig(
    Optional<String> architecture,
    Optional<String> modelType,
    Optional<String> vocabSize,
    Optional<String> maxPositions,
    Optional<String> rope,
    Optional<String> quantization,
    Optional<String> origin) {

  static ModelConfig of(JsonNode config) {
    JsonNode architectures = config.path("architectures");
    return new ModelConfig(
        text(architectures.path(0)),
        text(config.path("model_type")),
        text(languageField(config, "vocab_size")),
        text(languageField(config, "max_position_embeddings")),
        rope(config),
        quantization(config.path("quantization_config")),
        text(config.path("_name_or_path")));
  }

  /** Models of several modalities keep their language part's settings one level down. */
  private static JsonNode languageField(JsonNode config, String name) {
    JsonNode top = config.path(name);
    return top.isMissingNode() ? config.path("text_config").path(name) : top;
  }

  /** A number in one spelling (5e5 is 500000), or text; numbers beyond 64 bits say nothing. */
  private static Optional<String> text(JsonNode node) {
    if (node.isString()) {
      return Optional.of(node.stringValue()).filter(text -> !text.isBlank());
    }
    double number = node.isNumber() && !node.isBigInteger() ? node.doubleValue() : Double.NaN;
    if (!Double.isFinite(number)) {
      return Optional.empty();
    }
    boolean whole = number == Math.rint(number) && Math.abs(number) < 1e15;
    return Optional.of(whole ? Long.toString((long) number) : Double.toString(number));
  }

  private static Optional<String> rope(JsonNode config) {
    Map<String, String> settings = new TreeMap<>();
    text(languageField(config, "rope_theta")).ifPresent(t -> settings.put("rope_theta", t));
    for (String group : new String[] {"rope_scaling", "rope_parameters"}) {
      for (Map.Entry<String, JsonNode> setting : languageField(config, group).properties()) {
        String name = setting.getKey().equals("type") ? "rope_type" : setting.getKey();
        JsonNode value = setting.getValue();
        settings.put(name, text(value).orElseGet(value::toString));
      }
    }
    settings.remove("rope_type", "default");
    return settings.isEmpty() ? Optional.empty() : Optional.of(settings.toString());
  }

  private static Optional<String> quantization(JsonNode settings) {
    if (!settings.isObject()) {
      return Optional.empty();
    }
    return text(settings.path("quant_method")).or(() -> Optional.of("unnamed method"));
  }
}
