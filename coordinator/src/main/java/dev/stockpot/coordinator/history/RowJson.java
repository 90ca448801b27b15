package dev.stockpot.coordinator.history;

import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Rows as JSON, as the HTTP API writes it: enums in lower case, times as ISO 8601. */
final class RowJson {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE).build();

  private RowJson() {}

  static String of(Object value) {
    return JSON.writeValueAsString(value);
  }

  /** Of a record, so that fields can be added to it. */
  static ObjectNode object(Object value) {
    return JSON.valueToTree(value);
  }
}
