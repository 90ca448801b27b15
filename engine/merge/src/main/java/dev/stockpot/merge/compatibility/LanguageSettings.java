package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
 * @param sure whether the defaults are those of the model type; a model of several modalities may
 *     have others for its language model
 */
record LanguageSettings(Map<String, String> said, Map<String, String> defaults, boolean sure) {
  private static final String TEXT = "text_config.";
  private static final Pattern ROPE =
      Pattern.compile("((?:.*\\.)?)(rope_parameters|rope_scaling)\\.(.+)", Pattern.DOTALL);

  /** 'mrope' is the default with sections, 'axial' that of images. */
  private static final Set<String> PLAIN_ROPE = Set.of("default", "mrope", "axial", "null");

  private static final Set<String> NOTHING = Set.of("null", "false", "[]", "");

  /** What transformers works out, or renames, or knows otherwise where the file does not say it. */
  private static final Set<String> WORKED_OUT =
      Set.of(
          "layer_types",
          "sliding_window_pattern",
          "original_max_position_embeddings",
          "bos_token_id",
          "eos_token_id",
          "hidden_size",
          "num_hidden_layers",
          "num_experts",
          "num_local_experts",
          "num_nextn_predict_layers");

  static LanguageSettings of(HfConfig config) {
    String type =
        Optional.ofNullable(config.textModelType())
            .or(() -> Optional.ofNullable(config.modelType()))
            .orElse("");
    Map<String, String> defaults = ModelTypeDefaults.of(type);
    Map<String, String> said = oneForm(config.settings());
    if (type.startsWith("gemma")) {
      // It computes with hidden_activation, whatever hidden_act says.
      said.remove("hidden_act");
      said.remove("hidden_activation", "null");
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
    boolean sure = config.textModelType() == null && ModelTypeDefaults.knows(type);
    return new LanguageSettings(said, defaults, sure);
  }

  /** The value that holds, if it is known. */
  Optional<String> value(String path) {
    return Optional.ofNullable(said.get(path)).or(() -> Optional.ofNullable(defaults.get(path)));
  }

  /** Whether the absence of the setting tells nothing. */
  boolean silent(String path) {
    String key = path.substring(path.lastIndexOf('.') + 1);
    boolean partRope = path.contains(".rope_scaling.") || path.endsWith(".rope_theta");
    return !said.containsKey(path) && (WORKED_OUT.contains(key) || partRope);
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
    Matcher rope = ROPE.matcher(path);
    String spelled = rope.matches() ? rope.group(1) + rope(rope.group(3)) : renamed(path);
    if (rope.matches() && spelled.endsWith("rope_type")) {
      String type = value.equals("su") ? "longrope" : value;
      if (!PLAIN_ROPE.contains(type)) {
        said.put(spelled, type);
      }
    } else {
      said.put(spelled, value.equals("swish") ? "silu" : value);
    }
  }

  private static String rope(String setting) {
    String key = setting.replace("full_attention.", "");
    return switch (key) {
      case "rope_theta", "partial_rotary_factor", "original_max_position_embeddings" -> key;
      case "sliding_attention.rope_theta" -> "rope_local_base_freq";
      case "type" -> "rope_scaling.rope_type";
      default -> "rope_scaling." + key;
    };
  }

  private static String renamed(String path) {
    return switch (path) {
      case "rotary_emb_base" -> "rope_theta";
      case "rotary_pct", "rope_pct" -> "partial_rotary_factor";
      default -> path;
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
