package dev.stockpot.plan.reading;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Place.Located;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sections of a search as written, beside the {@link PlanDraft} of what they share with a
 * merge. What was wrong has a problem of its own, and a default stands here.
 *
 * @param place of the key {@code search}
 */
record SearchDraft(
    Place place,
    Optional<Located<String>> scores,
    List<String> categories,
    CorrelationRule correlation,
    BigDecimal threshold,
    SearchPlan.Grid weights,
    SearchObjective objective,
    SearchPlan.Players shapley,
    int candidatesOnDisk,
    OptionalInt maxEvaluations,
    Optional<Duration> maxTime,
    EvaluateDraft evaluate) {

  SearchPlan.Search search(Path scoreTable) {
    return new SearchPlan.Search(
        scoreTable,
        categories,
        correlation,
        threshold,
        weights,
        objective,
        shapley,
        candidatesOnDisk,
        maxEvaluations,
        maxTime);
  }

  /** The section {@code evaluate}. */
  record EvaluateDraft(
      List<String> command,
      Optional<List<String>> report,
      Duration timeout,
      int parallel,
      Optional<List<Integer>> gpus,
      OptionalInt scale,
      Map<String, String> metrics,
      Optional<Located<String>> cache) {

    /** The first words of the commands. */
    List<String> programs() {
      return Stream.concat(Stream.of(command), report.stream())
          .flatMap(words -> words.stream().limit(1))
          .toList();
    }

    /**
     * As the plan has it.
     *
     * @param program makes of a command's first word what is run
     */
    SearchPlan.Evaluate evaluate(Path cacheDirectory, UnaryOperator<String> program) {
      return new SearchPlan.Evaluate(
          running(command, program),
          report.map(words -> running(words, program)),
          timeout,
          parallel,
          gpus,
          scale,
          metrics,
          cacheDirectory);
    }

    private static List<String> running(List<String> words, UnaryOperator<String> program) {
      return IntStream.range(0, words.size())
          .mapToObj(i -> i == 0 ? program.apply(words.get(i)) : words.get(i))
          .toList();
    }
  }
}
