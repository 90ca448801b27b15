package dev.stockpot.soce;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One model's scores as lm-eval writes them, {@code results[task][metric]}: a task is a category.
 *
 * <p>A task's score is its {@code acc,none}, else an exact match, else its one metric. A task that
 * has several others, or of which less is better, is no category.
 *
 * @see <a
 *     href="https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/result_schema.py">the
 *     format</a>
 */
final class HarnessResults {
  private static final List<String> USUAL =
      List.of("acc,none", "exact_match,strict-match", "exact_match,none");

  /** What stands among the metrics and is none. */
  private static final Set<String> OTHERS =
      Set.of("name", "alias", "sample_len", "sample_count", " ");

  private static final Pattern PRETRAINED = Pattern.compile("(?:^|,)pretrained=([^,]+)");

  private final SourceText source;
  private final JsonTree.Members root;

  HarnessResults(SourceText source, JsonTree.Members root) {
    this.source = source;
    this.root = root;
  }

  /** Whether a document is such a file: beside the results stands how they came about. */
  static boolean isOne(JsonTree tree) {
    return tree instanceof JsonTree.Members root
        && root.members().get("results") instanceof JsonTree.Members
        && (root.members().containsKey("configs")
            || root.members().containsKey("config")
            || root.members().containsKey("config_general"));
  }

  /** The model's name, as the file says it; empty if it does not. */
  Optional<String> model() {
    Optional<String> name = text(root, "model_name").or(() -> general("model_name"));
    return name.or(() ->
        member(root, "config")
            .flatMap(config -> text(config, "model_args"))
            .map(PRETRAINED::matcher)
            .filter(Matcher::find)
            .map(found -> found.group(1)));
  }

  private Optional<String> general(String name) {
    return member(root, "config_general").flatMap(config -> text(config, name));
  }

  /** By task. */
  Map<String, Cell> row() {
    Map<String, Cell> row = new LinkedHashMap<>();
    for (String part : List.of("results", "groups")) {
      member(root, part)
          .ifPresent(tasks ->
              tasks
                  .members()
                  .forEach(
                      (task, metrics) -> score(task, metrics).ifPresent(c -> row.put(task, c))));
    }
    return row;
  }

  private Optional<Cell> score(String task, JsonTree tree) {
    if (!(tree instanceof JsonTree.Members metrics)) {
      return Optional.empty();
    }
    return metric(metrics)
        .filter(metric -> !lessIsBetter(task, metric))
        .flatMap(metric -> leaf(metrics, metric))
        .map(leaf ->
            new Cell(leaf.text(), message -> source.problem(leaf.line(), leaf.column(), message)));
  }

  private static Optional<String> metric(JsonTree.Members metrics) {
    List<String> names =
        metrics.members().keySet().stream()
            .filter(name -> !OTHERS.contains(name) && !plain(name).endsWith("_stderr"))
            .toList();
    Optional<String> usual = USUAL.stream().filter(names::contains).findFirst();
    return usual.isPresent() || names.size() != 1 ? usual : Optional.of(names.getFirst());
  }

  private boolean lessIsBetter(String task, String metric) {
    return member(root, "higher_is_better")
        .flatMap(tasks -> member(tasks, task))
        .flatMap(metrics -> text(metrics, plain(metric)))
        .filter("false"::equals)
        .isPresent();
  }

  /** {@code acc} of {@code acc,none}: the filter is left out. */
  private static String plain(String metric) {
    int filter = metric.indexOf(',');
    return filter < 0 ? metric : metric.substring(0, filter);
  }

  private static Optional<JsonTree.Members> member(JsonTree.Members tree, String name) {
    return tree.members().get(name) instanceof JsonTree.Members found
        ? Optional.of(found)
        : Optional.empty();
  }

  private static Optional<JsonTree.Leaf> leaf(JsonTree.Members tree, String name) {
    return tree.members().get(name) instanceof JsonTree.Leaf found
        ? Optional.of(found)
        : Optional.empty();
  }

  private static Optional<String> text(JsonTree.Members tree, String name) {
    return leaf(tree, name).map(JsonTree.Leaf::text).filter(text -> !text.isEmpty());
  }
}
