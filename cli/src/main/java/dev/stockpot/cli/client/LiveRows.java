package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ClientException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The rows of one of the coordinator's views, asked for again and again. For one thread. */
final class LiveRows {

  private final String path;
  private final Map<String, JsonNode> rows = new TreeMap<>();
  private Optional<String> known = Optional.empty();

  /**
   * None yet.
   *
   * @param path of the view's address
   */
  LiveRows(String path) {
    this.path = path;
  }

  /**
   * Asks for what changed; of a coordinator that does not answer, or has no such view, there are
   * none.
   */
  Map<String, JsonNode> ask(Api api) {
    try {
      apply(api.get(path + known.map(id -> "?after=" + id).orElse(""), JsonNode.class).value());
    } catch (ClientException _) {
      rows.clear();
      known = Optional.empty();
    }
    return rows;
  }

  /** What the coordinator answered. */
  Map<String, JsonNode> apply(JsonNode answer) {
    if (answer.path("reset").asBoolean(true)) {
      rows.clear();
    }
    for (Map.Entry<String, JsonNode> row : answer.path("rows").properties()) {
      if (row.getValue().isNull()) {
        rows.remove(row.getKey());
      } else {
        rows.put(row.getKey(), row.getValue());
      }
    }
    known = Optional.of(answer.path("epoch").asString("") + "." + answer.path("version").asLong(0));
    return rows;
  }
}
