package dev.stockpot.merge.compatibility;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a README.md's front matter says: the YAML between two lines {@code ---} at its start.
 *
 * @param baseModels {@code base_model}, one or a list
 * @param license the hub's short name, as in {@code apache-2.0}; {@code other} has a name of its
 *     own
 */
record ModelCard(
    List<String> baseModels,
    Optional<String> license,
    Optional<String> licenseName,
    List<String> tags) {

  /** The parser's time per token grows with the depth; real cards nest less than ten deep. */
  private static final int MAX_DEPTH = 100;

  /**
   * Reads front matter. Goes through the parser's events instead of a tree, so that aliases cost
   * nothing.
   *
   * @throws YamlEngineException if it is not YAML, or nested beyond reason
   */
  static ModelCard of(String frontMatter) {
    Map<String, List<String>> fields = new HashMap<>();
    int depth = 0;
    @Nullable String key = null;
    for (Event event : new Parse(LoadSettings.builder().build()).parseString(frontMatter)) {
      if (depth == 1 && key == null && event instanceof NodeEvent) {
        key = event instanceof ScalarEvent scalar ? scalar.getValue() : "";
      } else if (event instanceof ScalarEvent scalar && key != null && depth <= 2) {
        if (!scalar.getValue().isBlank()) {
          fields.computeIfAbsent(key, _ -> new ArrayList<>()).add(scalar.getValue().strip());
        }
        key = depth == 1 ? null : key;
      } else if (depth == 1
          && event instanceof NodeEvent
          && !(event instanceof CollectionStartEvent)) {
        key = null;
      }
      if (event instanceof CollectionStartEvent) {
        depth++;
        if (depth > MAX_DEPTH) {
          throw new YamlEngineException("nested more than " + MAX_DEPTH + " levels deep");
        }
      } else if (event instanceof CollectionEndEvent) {
        depth--;
        key = depth == 1 ? null : key;
      }
    }
    return new ModelCard(
        fields.getOrDefault("base_model", List.of()),
        first(fields, "license"),
        first(fields, "license_name"),
        fields.getOrDefault("tags", List.of()));
  }

  private static Optional<String> first(Map<String, List<String>> fields, String key) {
    return fields.getOrDefault(key, List.of()).stream().findFirst();
  }
}
