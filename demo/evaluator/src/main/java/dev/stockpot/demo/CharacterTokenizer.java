package dev.stockpot.demo;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** A vocabulary in which every character of a text is a token. Immutable. */
final class CharacterTokenizer {
  private final Map<String, Integer> ids;
  private final String[] tokens;

  private CharacterTokenizer(Map<String, Integer> ids, String[] tokens) {
    this.ids = ids;
    this.tokens = tokens;
  }

  /**
   * Reads the tokenizer.json of a checkpoint directory.
   *
   * @throws CheckpointException if it is of another kind than a vocabulary of words ({@code
   *     WordLevel}) whose words are characters, or does not fit the model
   */
  static CharacterTokenizer read(Path directory, int vocabularySize) throws IOException {
    JsonFile file = JsonFile.read(directory.resolve("tokenizer.json"));
    JsonNode model = file.get("model");
    if (!model.path("type").asString("").equals("WordLevel")
        || JsonFile.isGiven(file.get("normalizer"))
        || !splitsIntoCharacters(file.get("pre_tokenizer"))
        || !file.get("post_processor").path("special_tokens").isEmpty()
        || !file.get("decoder").path("type").asString("").equals("Fuse")) {
      throw file.problem(
          "is no plain character tokenizer (WordLevel, Split at every character, Fuse), and this"
              + " evaluator reads no other; score the model with demo/evaluate.py");
    }
    Map<String, Integer> ids = new HashMap<>();
    String[] tokens = new String[vocabularySize];
    for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
      int id = entry.getValue().asInt(-1);
      if (id < 0 || id >= vocabularySize) {
        throw file.problem(
            "token %s has the id %s, outside the model's vocabulary of %d; take the tokenizer that belongs to the model"
                .formatted(
                    Printable.quoted(entry.getKey()),
                    JsonFile.shown(entry.getValue()),
                    vocabularySize));
      }
      ids.put(entry.getKey(), id);
      tokens[id] = entry.getKey();
    }
    return new CharacterTokenizer(Map.copyOf(ids), tokens);
  }

  private static boolean splitsIntoCharacters(JsonNode split) {
    return split.path("type").asString("").equals("Split")
        && split.path("pattern").path("Regex").asString("").equals(".")
        && split.path("behavior").asString("").equals("Isolated")
        && !split.path("invert").asBoolean(true);
  }

  /** The first character (code point) that is no token. */
  OptionalInt unknownIn(String text) {
    return text.codePoints().filter(c -> !ids.containsKey(Character.toString(c))).findFirst();
  }

  /**
   * The ids of the text's characters.
   *
   * @throws IllegalArgumentException if one is unknown
   */
  int[] encode(String text) {
    unknownIn(text)
        .ifPresent(c -> {
          throw new IllegalArgumentException("no token " + Character.toString(c));
        });
    return text.codePoints().map(c -> ids.get(Character.toString(c))).toArray();
  }

  /** The token's text; empty for an id without one. */
  String decode(int id) {
    String token = tokens[id];
    return token == null ? "" : token;
  }
}
