package dev.stockpot.checkpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Picks the facts of {@link HfConfig} from the tokens of a config.json. */
final class ConfigReader {
  private final String file;
  private final ProblemList problems = new ProblemList();
  private final Facts top = new Facts();
  private final Facts text = new Facts();

  /**
   * The facts of one object; the last of two equal keys would win in Python, here it is an error.
   */
  private static final class Facts {
    List<String> architectures = List.of();
    @Nullable String modelType;
    @Nullable String dtype;
    @Nullable String torchDtype;
    @Nullable Boolean tieWordEmbeddings;
    @Nullable Long vocabSize;
    @Nullable Long hiddenSize;
    @Nullable Long numHiddenLayers;
    @Nullable String nameOrPath;
    boolean quantized;
  }

  ConfigReader(String file) {
    this.file = file;
  }

  HfConfig read(byte[] bytes) {
    try (StrictJson json = StrictJson.pythonDocument(bytes, file)) {
      json.readObject(parser -> readFields(parser, top, ""));
    }
    problems.throwIfAny();
    return new HfConfig(
        top.architectures,
        first(top.modelType, text.modelType),
        text.modelType,
        first(first(top.dtype, top.torchDtype), first(text.dtype, text.torchDtype)),
        Boolean.TRUE.equals(text.tieWordEmbeddings)
            ? Boolean.TRUE
            : first(top.tieWordEmbeddings, text.tieWordEmbeddings),
        first(top.vocabSize, text.vocabSize),
        first(top.hiddenSize, text.hiddenSize),
        first(top.numHiddenLayers, text.numHiddenLayers),
        first(top.nameOrPath, text.nameOrPath),
        top.quantized || text.quantized);
  }

  private void readFields(JsonParser parser, Facts facts, String prefix) {
    Set<String> seen = new HashSet<>();
    String field;
    while ((field = parser.nextName()) != null) {
      parser.nextToken();
      String shown = prefix + field;
      if (!seen.add(field)) {
        note(Printable.quoted(shown) + " stands there twice");
      }
      switch (field) {
        case "architectures" -> facts.architectures = strings(parser, shown);
        case "model_type" -> facts.modelType = string(parser, shown);
        case "dtype" -> facts.dtype = string(parser, shown);
        case "torch_dtype" -> facts.torchDtype = string(parser, shown);
        case "tie_word_embeddings" -> facts.tieWordEmbeddings = bool(parser, shown);
        case "vocab_size" -> facts.vocabSize = count(parser, shown);
        case "hidden_size" -> facts.hiddenSize = count(parser, shown);
        case "num_hidden_layers" -> facts.numHiddenLayers = count(parser, shown);
        case "_name_or_path" -> facts.nameOrPath = string(parser, shown);
        case "quantization_config" -> {
          facts.quantized = parser.currentToken() != JsonToken.VALUE_NULL;
          parser.skipChildren();
        }
        case "text_config" -> {
          if (facts == top && parser.currentToken() == JsonToken.START_OBJECT) {
            readFields(parser, text, "text_config.");
          } else {
            parser.skipChildren();
          }
        }
        default -> parser.skipChildren();
      }
    }
  }

  private @Nullable String string(JsonParser parser, String field) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getString();
      case VALUE_NULL -> null;
      default -> {
        wrong(parser, field, "a string");
        yield null;
      }
    };
  }

  private @Nullable Boolean bool(JsonParser parser, String field) {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> {
        wrong(parser, field, "true or false");
        yield null;
      }
    };
  }

  private @Nullable Long count(JsonParser parser, String field) {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_INT -> {
        // 18 digits always fit.
        if (parser.getStringLength() > 18 || parser.getString().startsWith("-")) {
          note(field + " is out of range: " + Printable.text(parser.getString()));
          yield null;
        }
        yield Long.parseLong(parser.getString());
      }
      case VALUE_NULL -> null;
      default -> {
        wrong(parser, field, "a whole number");
        yield null;
      }
    };
  }

  private List<String> strings(JsonParser parser, String field) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        wrong(parser, field, "an array of strings");
      }
      return List.of();
    }
    List<String> strings = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String text = string(parser, field);
      if (text != null) {
        strings.add(text);
      }
    }
    return strings;
  }

  private void wrong(JsonParser parser, String field, String wanted) {
    note(field + " must be " + wanted + ", not " + StrictJson.kind(parser.currentToken()));
    parser.skipChildren();
  }

  private void note(String message) {
    problems.add(Problem.inFile(file, message));
  }

  private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
    return one != null ? one : other;
  }
}
