package dev.stockpot.coordinator.http.reply;

import dev.stockpot.protocol.api.JobSubmission;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;

/** The JSON of the records of {@code protocol.api}: enums in lower case, times as ISO 8601. */
public final class ApiJson {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Map<String, JsonNodeType> SUBMISSION =
      Map.of(
          "id", JsonNodeType.STRING,
          "plan", JsonNodeType.STRING,
          "directory", JsonNodeType.STRING,
          "source", JsonNodeType.STRING,
          "priority", JsonNodeType.NUMBER,
          "replace", JsonNodeType.BOOLEAN);

  private static final List<String> REQUIRED = List.of("plan", "directory");

  private ApiJson() {}

  public static byte[] bytes(Object value) {
    return JSON.writeValueAsBytes(value);
  }

  public static String text(Object value) {
    return JSON.writeValueAsString(value);
  }

  /**
   * A submission, bound by hand so that every mistake is named.
   *
   * @throws RefusedRequest if it is none
   */
  public static JobSubmission submission(byte[] bytes) {
    JsonNode node = parsed(bytes);
    if (!node.isObject()) {
      throw RefusedRequest.invalid(
          "a submission is a JSON object with the fields "
              + fieldNames()
              + "; see /v1/openapi.json");
    }
    node.properties().forEach(field -> check(field.getKey(), field.getValue()));
    for (String name : REQUIRED) {
      if (!node.hasNonNull(name)) {
        throw RefusedRequest.invalid("a submission needs the field '" + name + "'");
      }
    }
    Optional<String> id =
        node.hasNonNull("id") ? Optional.of(string(node, "id")) : Optional.empty();
    if (id.isPresent() && !id.get().matches(JobSubmission.ID_PATTERN)) {
      throw RefusedRequest.invalid("an id must match " + JobSubmission.ID_PATTERN);
    }
    return new JobSubmission(
        id,
        string(node, "plan"),
        string(node, "directory"),
        node.hasNonNull("source") ? string(node, "source") : "-",
        node.path("priority").asInt(0),
        node.path("replace").asBoolean(false));
  }

  /**
   * The token of somebody who logs in.
   *
   * @throws RefusedRequest if there is none
   */
  public static String token(byte[] bytes) {
    JsonNode node = parsed(bytes);
    if (!node.path("token").isString() || node.size() > 1) {
      throw RefusedRequest.invalid("to log in, send {\"token\": \"TOKEN\"}");
    }
    return string(node, "token");
  }

  private static String string(JsonNode node, String field) {
    return node.get(field).stringValue();
  }

  private static JsonNode parsed(byte[] bytes) {
    try {
      return JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      // Where something began is unknown, and written as that of a source.
      throw RefusedRequest.invalid(
          "the body is no JSON: "
              + e.getOriginalMessage().replaceAll(" \\([a-z ]*\\[Source: [^\\]]*]\\)", ""));
    }
  }

  private static void check(String name, JsonNode value) {
    JsonNodeType type = SUBMISSION.get(name);
    if (type == null) {
      throw RefusedRequest.invalid(
          "unknown field '%s'; a submission has %s".formatted(name, fieldNames()));
    }
    boolean fits = value.getNodeType() == type && (!value.isNumber() || value.canConvertToInt());
    if (!fits && !(value.isNull() && !REQUIRED.contains(name))) {
      throw RefusedRequest.invalid(
          "field '%s' must be %s"
              .formatted(
                  name,
                  switch (type) {
                    case NUMBER -> "an integer of 32 bits";
                    case BOOLEAN -> "true or false";
                    default -> "a string";
                  }));
    }
  }

  private static String fieldNames() {
    return String.join(", ", SUBMISSION.keySet().stream().sorted().toList());
  }
}
