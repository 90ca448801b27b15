package dev.stockpot.soce;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** A JSON document whose values know their place. */
sealed interface JsonTree {

  /** Python writes NaN, which is read as a score that is missing; duplicates are a mistake. */
  JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  long line();

  long column();

  record Members(Map<String, JsonTree> members, long line, long column) implements JsonTree {}

  record Elements(List<JsonTree> elements, long line, long column) implements JsonTree {}

  /** Anything else, as it is written; text without its quotes. */
  record Leaf(String text, long line, long column) implements JsonTree {}

  /**
   * Reads a whole document.
   *
   * @throws SoceException if it is no JSON, with the place
   */
  static JsonTree parse(SourceText source) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), source.text())) {
      if (parser.nextToken() == null) {
        throw source.problem("is empty; write models and their scores");
      }
      JsonTree tree = value(parser);
      if (parser.nextToken() != null) {
        TokenStreamLocation at = parser.currentTokenLocation();
        throw source.problem(
            at.getLineNr(), at.getColumnNr(), "the document has ended before this; remove it");
      }
      return tree;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String what = "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("");
      throw at == null
          ? source.problem(what)
          : source.problem(at.getLineNr(), at.getColumnNr(), what);
    }
  }

  /** Recursive: Jackson bounds the depth. */
  private static JsonTree value(JsonParser parser) {
    TokenStreamLocation at = parser.currentTokenLocation();
    long line = at.getLineNr();
    long column = at.getColumnNr();
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, JsonTree> members = new LinkedHashMap<>();
        String name;
        while ((name = parser.nextName()) != null) {
          parser.nextToken();
          members.put(name, value(parser));
        }
        yield new Members(members, line, column);
      }
      case START_ARRAY -> {
        List<JsonTree> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser));
        }
        yield new Elements(elements, line, column);
      }
      default -> new Leaf(parser.getString(), line, column);
    };
  }
}
