package dev.stockpot.cli.client.api;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The records of the API as JSON. Reads what a newer coordinator adds, and leaves it alone; what
 * programs get is what the coordinator sent.
 */
public final class ApiJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .build();

  private ApiJson() {}

  /**
   * Reads a text.
   *
   * @throws JacksonException if it is no JSON
   */
  public static JsonNode tree(String text) {
    return MAPPER.readTree(text);
  }

  /**
   * Reads a record.
   *
   * @throws JacksonException if it is none
   */
  public static <T> T as(JsonNode tree, Class<T> type) {
    return MAPPER.treeToValue(tree, type);
  }

  /** One line. */
  public static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }
}
