package dev.stockpot.checkpoint.config;

import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a config.json whole, and picks the facts of {@link HfConfig} from it. */
final class ConfigReader {
  /** Some bytes each in memory; the labels of a large classifier are 44,000. */
  private static final int MOST_VALUES = 500_000;

  private static final String TEXT = "text_config.";

  private final String file;
  private final ProblemList problems = new ProblemList();
  private int values;

  /** A number as the file spells it. */
  private record Numeral(String text, boolean whole) {

    /** 1e-05 and 0.00001 are one; what is no decimal, or too long for a reader, stays as it is. */
    String value() {
      try {
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        boolean plain = Math.abs((long) value.scale()) <= 20 && value.precision() <= 20;
        return plain ? value.toPlainString() : value.toString();
      } catch (NumberFormatException _) {
        return text;
      }
    }
  }

  ConfigReader(String file) {
    this.file = file;
  }

  HfConfig read(byte[] bytes) {
    Map<String, @Nullable Object> top = new LinkedHashMap<>();
    try (StrictJson json = StrictJson.pythonDocument(bytes, file)) {
      json.readObject(parser -> top.putAll(object(parser, "")));
    }
    Map<String, @Nullable Object> text = objectOf(top.get("text_config"));
    HfConfig config =
        new HfConfig(
            strings(top, "architectures"),
            first(string(top, "", "model_type"), string(text, TEXT, "model_type")),
            string(text, TEXT, "model_type"),
            first(
                first(string(top, "", "dtype"), string(top, "", "torch_dtype")),
                first(string(text, TEXT, "dtype"), string(text, TEXT, "torch_dtype"))),
            either(bool(top, "", "tie_word_embeddings"), bool(text, TEXT, "tie_word_embeddings")),
            count(top, text, "vocab_size"),
            count(top, text, "hidden_size"),
            count(top, text, "num_hidden_layers"),
            first(string(top, "", "_name_or_path"), string(text, TEXT, "_name_or_path")),
            top.get("quantization_config") != null || text.get("quantization_config") != null,
            settings(top));
    problems.throwIfAny();
    return config;
  }

  /** The last of two equal keys would win in Python; where facts are picked, they are a problem. */
  private Map<String, @Nullable Object> object(JsonParser parser, String prefix) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    String field;
    while ((field = parser.nextName()) != null) {
      String shown = prefix + field;
      if (fields.containsKey(field) && (prefix.isEmpty() || prefix.equals(TEXT))) {
        problems.add(Problem.inFile(file, Printable.quoted(shown) + " stands there twice"));
      }
      parser.nextToken();
      fields.put(field, value(parser, shown));
    }
    return fields;
  }

  private @Nullable Object value(JsonParser parser, String shown) {
    values++;
    if (values > MOST_VALUES) {
      throw new CheckpointException(
          Problem.inFile(
              file, "is no model config: it has more than %,d values".formatted(MOST_VALUES)));
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, shown + ".");
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser, shown));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> new Numeral(parser.getString(), true);
      case VALUE_NUMBER_FLOAT -> new Numeral(parser.getString(), false);
      default -> null;
    };
  }

  private static Map<String, String> settings(Map<String, @Nullable Object> top) {
    Map<String, String> settings = new LinkedHashMap<>();
    flatten(settings, "", top);
    return settings;
  }

  private static void flatten(
      Map<String, String> settings, String prefix, Map<String, @Nullable Object> fields) {
    fields.forEach((field, value) -> {
      if (value instanceof Map<?, ?> map && !isNumeral(map)) {
        flatten(settings, prefix + field + ".", objectOf(value));
      } else {
        settings.put(prefix + field, shown(value));
      }
    });
  }

  /** transformers 5 writes infinity as {@code {"__float__": "Infinity"}}. */
  private static boolean isNumeral(Map<?, ?> map) {
    return map.size() == 1 && map.get("__float__") instanceof String;
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case Numeral number -> number.value();
      case List<?> list ->
          list.stream().map(ConfigReader::shown).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map when isNumeral(map) -> String.valueOf(map.get("__float__"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> entry.getKey() + "=" + shown(entry.getValue()))
              .sorted()
              .collect(Collectors.joining(", ", "{", "}"));
      case null -> "null";
      default -> value.toString();
    };
  }

  @SuppressWarnings("unchecked") // Every map here is one of object's.
  private static Map<String, @Nullable Object> objectOf(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
  }

  private @Nullable String string(
      Map<String, @Nullable Object> fields, String prefix, String field) {
    return switch (fields.get(field)) {
      case String string -> string;
      case null -> null;
      case Object other -> {
        wrong(prefix + field, "a string", other);
        yield null;
      }
    };
  }

  private @Nullable Boolean bool(
      Map<String, @Nullable Object> fields, String prefix, String field) {
    return switch (fields.get(field)) {
      case Boolean bool -> bool;
      case null -> null;
      case Object other -> {
        wrong(prefix + field, "true or false", other);
        yield null;
      }
    };
  }

  private @Nullable Long count(
      Map<String, @Nullable Object> top, Map<String, @Nullable Object> text, String field) {
    return first(count(top.get(field), field), count(text.get(field), TEXT + field));
  }

  private @Nullable Long count(@Nullable Object value, String field) {
    return switch (value) {
      case Numeral(String digits, boolean whole) when whole -> {
        // 18 digits always fit.
        if (digits.length() > 18 || digits.startsWith("-")) {
          problems.add(Problem.inFile(file, field + " is out of range: " + Printable.text(digits)));
          yield null;
        }
        yield Long.parseLong(digits);
      }
      case null -> null;
      case Object other -> {
        wrong(field, "a whole number", other);
        yield null;
      }
    };
  }

  private List<String> strings(Map<String, @Nullable Object> fields, String field) {
    List<String> strings = new ArrayList<>();
    switch (fields.get(field)) {
      case List<?> list -> {
        for (Object element : list) {
          if (element instanceof String string) {
            strings.add(string);
          } else if (element != null) {
            wrong(field, "a string", element);
          }
        }
      }
      case null -> {}
      case Object other -> wrong(field, "an array of strings", other);
    }
    return strings;
  }

  private void wrong(String field, String wanted, Object found) {
    String kind =
        switch (found) {
          case String _ -> "a string";
          case Numeral number -> number.whole() ? "a number" : "a decimal number";
          case Boolean _ -> "a boolean";
          case List<?> _ -> "an array";
          default -> "an object";
        };
    problems.add(Problem.inFile(file, field + " must be " + wanted + ", not " + kind));
  }

  private static @Nullable Boolean either(@Nullable Boolean one, @Nullable Boolean other) {
    return Boolean.TRUE.equals(other) ? other : first(one, other);
  }

  private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
    return one != null ? one : other;
  }
}
