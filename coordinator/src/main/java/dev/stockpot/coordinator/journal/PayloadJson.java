package dev.stockpot.coordinator.journal;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Objects that Pekko serializes, within JSON: those of a {@link JsonEvents} serializer stand as
 * JSON, others as base64.
 */
final class PayloadJson {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Serialization serialization;

  PayloadJson(Serialization serialization) {
    this.serialization = serialization;
  }

  void write(Object payload, ObjectNode node) {
    Serializer serializer = serialization.findSerializerFor(payload);
    byte[] bytes = serialization.serialize(payload).get();
    node.put("serializer", serializer.identifier());
    node.put("manifest", Serializers.manifestFor(serializer, payload));
    if (serializer instanceof JsonEvents) {
      node.putRawValue("event", new RawValue(new String(bytes, StandardCharsets.UTF_8)));
    } else {
      node.put("bytes", bytes);
    }
  }

  Object read(JsonNode node) {
    JsonNode json = node.get("event");
    byte[] bytes =
        json == null
            ? node.get("bytes").binaryValue()
            : JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    return serialization
        .deserialize(bytes, node.get("serializer").intValue(), node.get("manifest").stringValue())
        .get();
  }
}
