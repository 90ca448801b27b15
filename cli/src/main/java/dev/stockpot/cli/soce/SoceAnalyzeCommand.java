package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.ScoreTables;
import dev.stockpot.soce.SoceException;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.report.AnalysisPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot soce analyze}. */
@Command(
    name = "analyze",
    mixinStandardHelpOptions = true,
    description = {
      "Find the experts of categories that hardly correlate.",
      "",
      "Shows how the scores of a table correlate, which categories need an expert of their own at"
          + " which threshold, who the experts are, and how many soups a search would try. Merges"
          + " nothing.",
      ""
    },
    footer = {
      "",
      "For example, on a leaderboard with many models of which three can be merged:",
      "  stockpot soce analyze scores.csv --candidates base,add,rev",
      "  stockpot soce analyze scores.csv --candidates base,add,rev --threshold 0.25 \\",
      "    --write-plan search.yaml"
    })
public final class SoceAnalyzeCommand extends CliCommand {

  @Parameters(
      paramLabel = "SCORES",
      description =
          "The scores that correlations are taken over: CSV or JSON, one row a model, one column a"
              + " category; or the output directory of lm-eval.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scores;

  @Option(
      names = "--candidates",
      paramLabel = "FILE|NAME,...",
      split = ",",
      description =
          "The models that can be merged: names from the table, or a score table of their own."
              + " Default: all.")
  private List<String> candidates = List.of();

  @Option(
      names = "--categories",
      paramLabel = "NAME,...",
      split = ",",
      description = "The columns that count. Default: all that hold numbers.")
  private List<String> categories = List.of();

  @Option(
      names = "--correlation",
      paramLabel = "RULE",
      defaultValue = "absolute",
      description = "absolute or signed: what must be below the threshold. Default: absolute.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CorrelationRule rule;

  @Option(
      names = "--threshold",
      paramLabel = "NUMBER",
      description = "Categories that correlate by less need experts. Without it all are compared.")
  private @Nullable BigDecimal threshold;

  @Option(
      names = "--write-plan",
      paramLabel = "FILE",
      description = "Write the plan of a search; needs --threshold.")
  private @Nullable Path plan;

  @Option(
      names = "--checkpoints",
      paramLabel = "DIR",
      defaultValue = "checkpoints",
      description =
          "Where the plan looks for the candidates, each in a directory of its name; relative to"
              + " the plan. Default: checkpoints.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path checkpoints;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a page with the same and a heat map.")
  private @Nullable Path page;

  @Option(names = "--force", description = "Replace files that exist.")
  private boolean force;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    OptionalDouble below = threshold();
    NewFile.check(plan, force);
    NewFile.check(page, force);
    ScoreTable population = ScoreTables.read(scores, categories);
    Analysis analysis =
        Analysis.of(scores.toString(), population, candidates(population), rule, below);
    PrintWriter out = out();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(AnalysisJson.of(analysis)));
    } else {
      new AnalysisText(analysis, out, Terminal.here()).print();
    }
    out.flush();
    if (page != null) {
      written(page, AnalysisPage.render(analysis));
    }
    if (plan != null && analysis.selection().isPresent()) {
      SearchPlanText text =
          new SearchPlanText(
              analysis, analysis.selection().get(), plan, scores, categories, checkpoints);
      written(plan, text.render());
      noteAbsent(text.absent());
    }
    return ExitCode.DONE;
  }

  private void written(Path file, String text) throws IOException {
    NewFile.write(file, text, force);
    note("wrote " + file);
  }

  private void noteAbsent(List<Path> absent) {
    if (!absent.isEmpty()) {
      note(
          "the plan names checkpoints that are not there: %s; put them there, or correct its paths"
              .formatted(absent.stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
  }

  private void note(String line) {
    PrintWriter err = err();
    err.println(line);
    err.flush();
  }

  private OptionalDouble threshold() {
    if (threshold == null) {
      if (plan != null) {
        throw wrong(
            "--write-plan needs --threshold; run without both to see how the experts change with it");
      }
      return OptionalDouble.empty();
    }
    if (threshold.abs().compareTo(BigDecimal.TWO) > 0) {
      throw wrong(
          "--threshold is %s; correlations lie from -1 to 1".formatted(threshold.toPlainString()));
    }
    return OptionalDouble.of(threshold.doubleValue());
  }

  private ScoreTable candidates(ScoreTable population) {
    if (candidates.isEmpty()) {
      return population;
    }
    Path file = Path.of(String.join(",", candidates));
    if (file.toFile().exists() && !population.models().containsAll(candidates)) {
      return ScoreTables.read(file, population.categories());
    }
    List<String> unknown =
        candidates.stream().filter(name -> !population.models().contains(name)).toList();
    if (unknown.isEmpty()) {
      return population.rows(candidates.stream().distinct().toList());
    }
    throw new SoceException(
        "--candidates: '%s' is neither a file nor a model of %s; name models as the table does"
            .formatted(Printable.text(unknown.getFirst()), scores));
  }
}
