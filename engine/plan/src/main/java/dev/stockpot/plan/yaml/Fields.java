package dev.stockpot.plan.yaml;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The keys and values of one mapping; what is unknown, double or missing becomes a problem. */
public final class Fields {
  private final Section section;
  private final Place place;
  private final Problems problems;
  private final Map<String, Place> keys = new LinkedHashMap<>();
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Set<String> misspelt = new HashSet<>();

  private Fields(Section section, Place place, Problems problems) {
    this.section = section;
    this.place = place;
    this.problems = problems;
  }

  public static Fields of(MappingNode mapping, Section section, Problems problems) {
    Fields fields = new Fields(section, Place.of(mapping), problems);
    for (NodeTuple entry : mapping.getValue()) {
      fields.add(entry.getKeyNode(), entry.getValueNode());
    }
    return fields;
  }

  /** Of a mapping that is not there, about which all has been said: nothing more is missed. */
  public static Fields unknown(Section section, Problems problems) {
    Fields fields = new Fields(section, new Place(1, 1), problems);
    fields.misspelt.addAll(section.keys());
    return fields;
  }

  private void add(Node keyNode, Node value) {
    Place at = Place.of(keyNode);
    if (!(keyNode instanceof ScalarNode scalar)) {
      problems.at(at, "a key must be a word, found " + Scalars.described(keyNode));
      return;
    }
    String key = scalar.getValue();
    Place first = keys.putIfAbsent(key, at);
    if (!section.has(key)) {
      problems.at(at, section.unknown(key));
      section.nearest(key).ifPresent(misspelt::add);
    } else if (first != null) {
      problems.at(
          at, "key '" + key + "' stands here twice, first on line " + first.line() + "; keep one");
    } else {
      values.put(key, value);
    }
  }

  /** Where the key stands, or where the mapping starts if it is missing. */
  public Place placeOf(String key) {
    return keys.getOrDefault(key, place);
  }

  public Optional<Node> optional(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * The key's value; a missing key is a problem, said with an example of what to write. A misspelt
   * one was said already.
   */
  public Optional<Node> required(String key, String example) {
    Optional<Node> value = optional(key);
    if (value.isEmpty() && !misspelt.contains(key)) {
      problems.at(place, "the key '" + key + "' is missing; add for example '" + example + "'");
    }
    return value;
  }
}
