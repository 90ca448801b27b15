package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.coordinator.evaluate.Scores.ScoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What lm-eval and lighteval write: {@code results[task][metric]}.
 *
 * <p>lm-eval names a metric with its filter ({@code acc,none}, {@code exact_match,strict-match}),
 * its task as such, and keeps groups among the results or beside them. lighteval's metrics have
 * plain names, and its tasks a suite and the number of shots ({@code lighteval|gsm8k|5}), either of
 * which a category may leave out.
 *
 * @see <a
 *     href="https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/result_schema.py">
 *     lm-eval's format</a>
 * @see <a href="https://huggingface.co/docs/lighteval/saving-and-reading-results">lighteval's</a>
 */
final class HarnessScores {

  /** Taken where a file has them among others and the plan names none; the first that is there. */
  private static final List<String> USUAL =
      List.of("acc,none", "exact_match,strict-match", "exact_match,none");

  /** What stands among the metrics and is none. */
  private static final Set<String> OTHERS =
      Set.of("name", "alias", "sample_len", "sample_count", " ");

  private static final Pattern SHOTS = Pattern.compile("\\d+");

  private final Scores scores;
  private final JsonNode root;
  private final ScoreFormat format;

  HarnessScores(Scores scores, JsonNode root, ScoreFormat format) {
    this.scores = scores;
    this.root = root;
    this.format = format;
  }

  Scores read(List<String> categories) throws ScoreException {
    for (String category : categories) {
      String task = task(category);
      JsonNode entry = entry(task);
      String metric = metric(category, entry);
      String plain = metric.split(",", 2)[0];
      if (root.path("higher_is_better").path(task).path(plain).isBoolean()
          && !root.path("higher_is_better").path(task).path(plain).booleanValue()) {
        throw scores.problem(
            "category %s: of '%s' less is better, so it cannot be a score"
                .formatted(Wording.quoted(category), metric));
      }
      scores.put(category, entry.path(metric));
      scores.count(category, root.path("n-samples").path(task).path("effective"));
    }
    return scores;
  }

  private JsonNode entry(String task) {
    JsonNode result = root.path("results").path(task);
    return result.isObject() ? result : root.path("groups").path(task);
  }

  private String task(String category) throws ScoreException {
    if (entry(category).isObject()) {
      return category;
    }
    List<String> tasks =
        root.path("results").propertyNames().stream()
            .filter(name -> isCalled(name, category))
            .toList();
    if (tasks.size() > 1) {
      throw scores.problem(
          "category %s is one of %s; name the whole task"
              .formatted(Wording.quoted(category), String.join(", ", tasks)));
    }
    if (tasks.isEmpty()) {
      throw scores.missing(category, root.path("results").propertyNames());
    }
    return tasks.getFirst();
  }

  /** Whether {@code suite|task|shots} or {@code task|shots} is this task. */
  private static boolean isCalled(String name, String task) {
    List<String> parts = new ArrayList<>(List.of(name.split("\\|", -1)));
    if (parts.size() > 1 && SHOTS.matcher(parts.getLast()).matches()) {
      parts.removeLast();
    }
    return String.join("|", parts).equals(task) || parts.getLast().equals(task);
  }

  private String metric(String category, JsonNode entry) throws ScoreException {
    List<String> metrics =
        entry.propertyNames().stream()
            .filter(name -> !OTHERS.contains(name) && !isError(name))
            .toList();
    String named = format.metrics().get(category);
    if (named != null) {
      if (metrics.contains(named)) {
        return named;
      }
      throw scores.problem(
          "category %s has no metric '%s'; it has %s"
              .formatted(Wording.quoted(category), named, String.join(" ", metrics)));
    }
    for (String usual : USUAL) {
      if (metrics.contains(usual)) {
        return usual;
      }
    }
    if (metrics.isEmpty()) {
      throw scores.problem("category %s has no metric".formatted(Wording.quoted(category)));
    }
    if (metrics.size() > 1) {
      throw scores.problem(
          "category %s has %d metrics: %s; say in the plan's evaluate section which is its score, as in metrics: {\"%s\": \"%s\"}"
              .formatted(
                  Wording.quoted(category),
                  metrics.size(),
                  String.join(" ", metrics),
                  category,
                  metrics.getFirst()));
    }
    return metrics.getFirst();
  }

  private static boolean isError(String metric) {
    return metric.split(",", 2)[0].endsWith("_stderr");
  }
}
