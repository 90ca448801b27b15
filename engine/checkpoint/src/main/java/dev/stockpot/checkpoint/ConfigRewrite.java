package dev.stockpot.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Puts another dtype into a config.json by replacing the value's characters, so that numbers, key
 * order and white space stay as their author wrote them.
 */
final class ConfigRewrite {
  private final String file;
  private final String literal;
  private final List<Edit> edits = new ArrayList<>();
  private boolean atTop;
  private int firstKey = -1;
  private int topStart;

  /** Replace the characters {@code [from, to)}. */
  private record Edit(int from, int to, String text) {}

  ConfigRewrite(String file, Dtype dtype) {
    this.file = file;
    this.literal = '"' + nameOf(dtype) + '"';
  }

  byte[] rewrite(byte[] config) {
    try (StrictJson json = StrictJson.pythonDocument(config, file)) {
      json.readObject(parser -> {
        topStart = end(parser);
        readFields(parser, true);
      });
    }
    // Strict UTF-8 has been read above, so nothing is replaced here.
    String text = new String(config, StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(text.length() + 64);
    int copied = 0;
    if (!atTop) {
      out.append(text, 0, topStart).append(added(text));
      copied = topStart;
    }
    for (Edit edit : edits) {
      out.append(text, copied, edit.from()).append(edit.text());
      copied = edit.to();
    }
    out.append(text, copied, text.length());
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void readFields(JsonParser parser, boolean top) {
    String field;
    while ((field = parser.nextName()) != null) {
      if (firstKey < 0) {
        firstKey = start(parser);
      }
      JsonToken value = parser.nextToken();
      boolean scalar = value == JsonToken.VALUE_STRING || (top && value == JsonToken.VALUE_NULL);
      if (scalar && (field.equals("dtype") || field.equals("torch_dtype"))) {
        atTop |= top;
        int from = start(parser);
        parser.finishToken();
        edits.add(new Edit(from, end(parser), literal));
      } else if (value == JsonToken.START_OBJECT
          && field.endsWith("_config")
          && !field.equals("quantization_config")) {
        readFields(parser, false);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** The new first entry, spaced as the old first one is. */
  private String added(String text) {
    String entry = "\"torch_dtype\": " + literal;
    return firstKey < 0 ? entry : text.substring(topStart, firstKey) + entry + ",";
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
