package dev.stockpot.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import dev.stockpot.checkpoint.problem.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The keys that something reads. A file that sets another one is wrong: it is misspelt, or in the
 * wrong file, and would be without effect.
 */
final class KnownKeys {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{\\??([^}]+)}");

  private final ConfigObject known;

  /** Their full paths by their last element, to find those that stand elsewhere. */
  private final Map<String, String> homes = new TreeMap<>();

  /**
   * All that these settings have.
   *
   * @param known resolved; an empty section may hold anything
   */
  KnownKeys(Config known) {
    this.known = known.root();
    if (this.known.get("stockpot") instanceof ConfigObject ours) {
      addHomes("stockpot", ours);
    }
  }

  private void addHomes(String path, ConfigObject section) {
    section.forEach((key, value) -> {
      homes.putIfAbsent(key, path + "." + key);
      if (value instanceof ConfigObject inner) {
        addHomes(path + "." + key, inner);
      }
    });
  }

  /**
   * Looks at all keys of a file.
   *
   * @param written as it was parsed
   * @param resolved the same, with substitutions resolved
   * @throws ConfigException that names every key that nothing reads, with file and line
   */
  void check(Config written, Config resolved) {
    Set<String> used =
        REFERENCE
            .matcher(written.root().render(ConfigRenderOptions.concise()))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    List<String> wrong = new ArrayList<>();
    check(List.of(), resolved.root(), known, used, wrong);
    if (!wrong.isEmpty()) {
      throw new ConfigException.Generic(String.join("\n", wrong));
    }
  }

  private void check(
      List<String> path,
      ConfigObject section,
      ConfigObject known,
      Set<String> used,
      List<String> wrong) {
    for (Map.Entry<String, ConfigValue> each : new TreeMap<>(section).entrySet()) {
      List<String> deeper = new ArrayList<>(path);
      deeper.add(each.getKey());
      ConfigValue there = known.get(each.getKey());
      if (there == null && !known.isEmpty()) {
        if (!isUsed(ConfigUtil.joinPath(deeper), used)) {
          wrong.add(unknown(deeper, each.getValue().origin(), known));
        }
      } else if (each.getValue() instanceof ConfigObject inner
          && there instanceof ConfigObject innerKnown) {
        check(deeper, inner, innerKnown, used, wrong);
      }
    }
  }

  /** Whether the file itself refers to it. */
  private static boolean isUsed(String path, Set<String> used) {
    return used.stream()
        .anyMatch(reference -> reference.equals(path) || reference.startsWith(path + "."));
  }

  private String unknown(List<String> path, ConfigOrigin origin, ConfigObject siblings) {
    String key = path.getLast();
    String what =
        "%s: unknown setting %s"
            .formatted(
                origin.description().replaceFirst(": (\\d+)$", ":$1"),
                Wording.quoted(ConfigUtil.joinPath(path)));
    Optional<String> near = Wording.nearest(key, siblings.keySet());
    Optional<String> elsewhere =
        Wording.nearest(key, homes.keySet())
            .map(homes::get)
            .filter(_ -> path.size() == 1 || path.getFirst().equals("stockpot"));
    return near.or(() -> elsewhere)
        .map(meant -> what + "; did you mean " + Wording.quoted(meant) + "?")
        .orElse(what);
  }
}
