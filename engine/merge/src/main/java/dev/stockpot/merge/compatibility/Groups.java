package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.problem.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Checkpoints grouped by what they say about one thing; those that say nothing are left out.
 *
 * @param names in the order they were given, whatever their group
 */
record Groups(Map<String, List<String>> namesByValue, List<String> names) {
  static Groups by(List<CheckpointFacts> all, Function<CheckpointFacts, Optional<String>> value) {
    return by(all, CheckpointFacts::name, value);
  }

  static <T> Groups by(List<T> all, Function<T, String> name, Function<T, Optional<String>> value) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (T each : all) {
      Optional<String> said = value.apply(each);
      if (said.isPresent()) {
        groups.computeIfAbsent(said.get(), _ -> new ArrayList<>()).add(name.apply(each));
        names.add(name.apply(each));
      }
    }
    return new Groups(groups, names);
  }

  boolean differ() {
    return namesByValue.size() > 1;
  }

  /** {@code '128256' in 'a', 'b'; '128264' in 'c'}. */
  String shown() {
    return namesByValue.entrySet().stream()
        .map(e -> Wording.quoted(e.getKey()) + " in " + quoted(e.getValue()))
        .collect(Collectors.joining("; "));
  }

  /** {@code 'a', 'b' against 'c'}, for values that say nothing to a reader. */
  String shownByName() {
    return namesByValue.values().stream()
        .map(Groups::quoted)
        .collect(Collectors.joining(" against "));
  }

  static String quoted(List<String> names) {
    return names.stream().map(Wording::quoted).collect(Collectors.joining(", "));
  }
}
