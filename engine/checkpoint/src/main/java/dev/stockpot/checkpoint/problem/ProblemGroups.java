package dev.stockpot.checkpoint.problem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Problems as lines for people: those of one file that say the same of many tensors are one line,
 * with the tensors' names as patterns. Thousands of layers or experts with one fault are one fault.
 */
public final class ProblemGroups {
  /** Names in all lines together; each line has one at least. */
  private static final int MOST_NAMES = 20;

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  /** What the problems of one line share. */
  private record Kind(String file, String message, boolean ofTensor) {}

  private ProblemGroups() {}

  /**
   * The lines, in the order of each one's first problem.
   *
   * @param most lines of problems; where there are more kinds, one line after them says how many
   *     problems are not told
   */
  public static List<String> lines(List<Problem> problems, int most) {
    Map<Kind, List<Problem>> groups = new LinkedHashMap<>();
    for (Problem problem : problems) {
      Kind kind = new Kind(problem.file(), problem.message(), problem.tensor() != null);
      groups.computeIfAbsent(kind, _ -> new ArrayList<>()).add(problem);
    }
    List<List<Problem>> shown = groups.values().stream().limit(most).toList();
    int names = Math.max(1, MOST_NAMES / Math.max(1, shown.size()));
    List<String> lines = new ArrayList<>();
    shown.forEach(group -> lines.add(line(group, names)));
    int more = problems.size() - shown.stream().mapToInt(List::size).sum();
    if (more > 0) {
      lines.add("and " + more + " more");
    }
    return lines;
  }

  private static String line(List<Problem> group, int names) {
    Problem first = group.getFirst();
    if (group.size() == 1 || first.tensor() == null) {
      return first.toString();
    }
    return "%s: %d tensors: %s: %s"
        .formatted(
            Printable.text(first.file()),
            group.size(),
            first.message(),
            patterns(group.stream().map(each -> String.valueOf(each.tensor())).toList(), names));
  }

  /**
   * Names in quotes, those that differ in numbers alone as one with {@code *} for each number and
   * their count: {@code 'model.layers.*.mlp.up_proj.weight' (32), 'lm_head.weight'}.
   *
   * @param most patterns; how many there are beside them is said
   */
  public static String patterns(List<String> names, int most) {
    Map<String, List<String>> patterns = new LinkedHashMap<>();
    for (String name : names) {
      patterns
          .computeIfAbsent(DIGITS.matcher(name).replaceAll("*"), _ -> new ArrayList<>())
          .add(name);
    }
    List<String> shown = new ArrayList<>();
    patterns.entrySet().stream()
        .limit(most)
        .forEach(entry -> shown.add(shown(entry.getKey(), entry.getValue())));
    int more = patterns.size() - shown.size();
    return String.join(", ", shown)
        + (more > 0 ? " and " + more + (more == 1 ? " more pattern" : " more patterns") : "");
  }

  private static String shown(String pattern, List<String> names) {
    return names.size() == 1
        ? Printable.quoted(names.getFirst())
        : Printable.quoted(pattern) + " (" + names.size() + ")";
  }
}
