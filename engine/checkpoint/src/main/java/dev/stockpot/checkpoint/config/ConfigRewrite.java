package dev.stockpot.checkpoint.config;

import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Puts other values into a config.json by replacing their characters, so that numbers, key order
 * and white space stay as their author wrote them.
 */
final class ConfigRewrite {
  private static final String TIED = "tie_word_embeddings";

  private final String file;
  private final @Nullable String dtype;
  private final boolean untied;
  private final List<Edit> edits = new ArrayList<>();

  /** Replace the characters {@code [from, to)}. */
  private record Edit(int from, int to, String text) {}

  ConfigRewrite(String file, Optional<Dtype> dtype, boolean untied) {
    this.file = file;
    this.dtype = dtype.map(value -> '"' + nameOf(value) + '"').orElse(null);
    this.untied = untied;
  }

  byte[] rewrite(byte[] config) {
    // Strict UTF-8 is read first, so nothing is replaced here.
    String text = new String(config, StandardCharsets.UTF_8);
    try (StrictJson json = StrictJson.pythonDocument(config, file)) {
      json.readObject(parser -> readFields(parser, true, untied, text));
    }
    StringBuilder out = new StringBuilder(text.length() + 64);
    int copied = 0;
    for (Edit edit : edits) {
      out.append(text, copied, edit.from()).append(edit.text());
      copied = edit.to();
    }
    out.append(text, copied, text.length());
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void readFields(JsonParser parser, boolean top, boolean tie, String text) {
    int start = end(parser);
    int firstKey = -1;
    int firstEdit = edits.size();
    Set<String> edited = new HashSet<>();
    String field;
    while ((field = parser.nextName()) != null) {
      firstKey = firstKey < 0 ? start(parser) : firstKey;
      JsonToken value = parser.nextToken();
      if (dtype != null && isDtype(field, value, top)) {
        replace(parser, dtype);
        edited.add("torch_dtype");
      } else if (tie && field.equals(TIED) && !value.isStructStart()) {
        replace(parser, "false");
        edited.add(TIED);
      } else if (value == JsonToken.START_OBJECT
          && field.endsWith("_config")
          && !field.equals("quantization_config")) {
        readFields(parser, false, untied && field.equals("text_config"), text);
      } else {
        parser.skipChildren();
      }
    }
    StringBuilder added = new StringBuilder();
    String before = firstKey < 0 ? "" : text.substring(start, firstKey);
    if (top && dtype != null && !edited.contains("torch_dtype")) {
      added.append(before).append("\"torch_dtype\": ").append(dtype).append(',');
    }
    if (tie && !edited.contains(TIED)) {
      added.append(before).append('"' + TIED + "\": false,");
    }
    if (!added.isEmpty()) {
      added.setLength(firstKey < 0 ? added.length() - 1 : added.length());
      edits.add(firstEdit, new Edit(start, start, added.toString()));
    }
  }

  private static boolean isDtype(String field, JsonToken value, boolean top) {
    return (field.equals("dtype") || field.equals("torch_dtype"))
        && (value == JsonToken.VALUE_STRING || (top && value == JsonToken.VALUE_NULL));
  }

  private void replace(JsonParser parser, String literal) {
    int from = start(parser);
    parser.finishToken();
    edits.add(new Edit(from, end(parser), literal));
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getCharOffset();
  }

  private static String nameOf(Dtype dtype) {
    return switch (dtype) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      case F32 -> "float32";
      case F64 -> "float64";
      default -> throw new IllegalArgumentException("no model computes in " + dtype);
    };
  }
}
