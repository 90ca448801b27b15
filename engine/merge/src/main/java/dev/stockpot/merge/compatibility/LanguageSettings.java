package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.HfConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a config.json in one form, whichever release of transformers wrote it.
 *
 * <ul>
 *   <li>What {@code text_config} says stands at the top, as in a file of the language model alone.
 *   <li>The rope settings are spelled as transformers 4 has them: {@code rope_theta} and {@code
 *       rope_scaling}, for the {@code rope_parameters} of 5.
 *   <li>What is null, false or empty is as good as absent, unless the model type's default is
 *       another.
 * </ul>
 *
 * @param said by path, in the file's order
 * @param defaults what holds for what is not said, as far as it is known
 * @param sure whether the defaults are those of the model type
 */
record LanguageSettings(Map<String, String> said, Map<String, String> defaults, boolean sure) {
  private static final String TEXT = "text_config.";
  private static final Set<String> NOTHING = Set.of("null", "false", "[]", "");

  /** What transformers works out where the file does not say it, which no difference can tell. */
  private static final Set<String> WORKED_OUT =
      Set.of("layer_types", "sliding_window_pattern", "original_max_position_embeddings");

  static LanguageSettings of(HfConfig config) {
    String type = Optional.ofNullable(config.textModelType()).or(() -> top(config)).orElse("");
    Map<String, String> defaults = ModelTypeDefaults.of(type);
    Map<String, String> said = oneForm(config.settings());
    if (type.startsWith("gemma")) {
      // It computes with hidden_activation, whatever hidden_act says.
      said.remove("hidden_act");
    }
    boolean windowByChoice = type.startsWith("qwen") || said.containsKey("use_sliding_window");
    if (windowByChoice && !"true".equals(said.get("use_sliding_window"))) {
      for (String key : Set.of("sliding_window", "max_window_layers")) {
        said.remove(key);
        defaults.remove(key);
      }
    }
    if (said.containsKey("qk_rope_head_dim")) {
      // The width of a head has parts, each with its key; head_dim is one of them, or none.
      said.remove("head_dim");
    }
    heads(said, defaults);
    said.entrySet()
        .removeIf(e -> NOTHING.contains(e.getValue()) && !defaults.containsKey(e.getKey()));
    return new LanguageSettings(said, defaults, ModelTypeDefaults.knows(type));
  }

  private static Optional<String> top(HfConfig config) {
    return Optional.ofNullable(config.modelType());
  }

  /** The value that holds, if it is known. */
  Optional<String> value(String path) {
    return Optional.ofNullable(said.get(path)).or(() -> Optional.ofNullable(defaults.get(path)));
  }

  /** Whether the absence of the setting tells nothing. */
  boolean silent(String path) {
    return !said.containsKey(path)
        && WORKED_OUT.contains(path.substring(path.lastIndexOf('.') + 1));
  }

  private static Map<String, String> oneForm(Map<String, String> settings) {
    Map<String, String> said = new LinkedHashMap<>();
    settings.forEach((path, value) -> {
      if (!path.startsWith(TEXT) && !settings.containsKey(TEXT + path)) {
        put(said, path, value);
      }
    });
    settings.forEach((path, value) -> {
      if (path.startsWith(TEXT)) {
        String below = path.substring(TEXT.length());
        put(said, below.equals("model_type") ? path : below, value);
      }
    });
    return said;
  }

  private static void put(Map<String, String> said, String path, String value) {
    String spelled = spelled(path);
    if (spelled.startsWith("rope_scaling.") && spelled.endsWith("rope_type")) {
      String type = value.equals("su") ? "longrope" : value;
      // 'mrope' is the default with sections, which are said beside it.
      if (type.equals("default") || type.equals("mrope") || type.equals("null")) {
        return;
      }
      said.put(spelled, type);
    } else {
      said.put(spelled, value.equals("swish") ? "silu" : value);
    }
  }

  private static String spelled(String path) {
    String full = path.replace("rope_parameters.full_attention.", "rope_parameters.");
    String sliding = "rope_parameters.sliding_attention.";
    if (full.equals(sliding + "rope_theta")) {
      return "rope_local_base_freq";
    }
    if (full.startsWith("rope_parameters.") || full.startsWith("rope_scaling.")) {
      String key = full.substring(full.indexOf('.') + 1);
      return switch (key) {
        case "rope_theta", "partial_rotary_factor", "original_max_position_embeddings" -> key;
        case "type" -> "rope_scaling.rope_type";
        default -> "rope_scaling." + key;
      };
    }
    return switch (full) {
      case "rotary_emb_base" -> "rope_theta";
      case "rotary_pct", "rope_pct" -> "partial_rotary_factor";
      default -> full;
    };
  }

  /** Without a word, every head has its own keys, and the heads share the hidden size. */
  private static void heads(Map<String, String> said, Map<String, String> defaults) {
    for (String key : Set.of("head_dim", "num_key_value_heads")) {
      if (said.remove(key, "null")) {
        defaults.remove(key);
      }
    }
    Map<String, String> known = new HashMap<>(defaults);
    known.putAll(said);
    String heads = known.get("num_attention_heads");
    if (heads == null) {
      return;
    }
    defaults.putIfAbsent("num_key_value_heads", heads);
    String hidden = known.getOrDefault("hidden_size", "");
    if (!defaults.containsKey("head_dim") && digits(hidden) && digits(heads)) {
      long width = Long.parseLong(hidden);
      long count = Long.parseLong(heads);
      if (count > 0 && width % count == 0) {
        defaults.put("head_dim", Long.toString(width / count));
      }
    }
  }

  private static boolean digits(String text) {
    return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(Character::isDigit);
  }
}
