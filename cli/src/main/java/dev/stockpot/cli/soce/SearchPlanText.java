package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.soce.SoceException;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.weights.WeightGrid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** The plan of a search for the best soup of a selection. */
final class SearchPlanText {
  /** What YAML reads as a string without quotes, here and between brackets. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z./_][A-Za-z0-9./_-]*");

  private static final Pattern WORD_OF_YAML =
      Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n|\\.inf|\\.nan|\\.[0-9].*");

  private final Analysis analysis;
  private final Selection selection;
  private final Path directory;
  private final Path scores;
  private final List<String> categories;
  private final Path checkpoints;

  /**
   * Checks that a search can follow.
   *
   * @param plan the file it is meant for, to which its paths are relative
   * @param categories those that the user chose; none for all
   * @param checkpoints the directory of the candidates, as the plan shall name it
   * @throws SoceException if a search would find nothing to do
   */
  SearchPlanText(
      Analysis analysis,
      Selection selection,
      Path plan,
      Path scores,
      List<String> categories,
      Path checkpoints) {
    this.analysis = analysis;
    this.selection = selection;
    this.directory = plan.toAbsolutePath().normalize().resolveSibling("");
    this.scores = scores;
    this.categories = categories;
    this.checkpoints = checkpoints;
    if (selection.models().size() == 1) {
      throw new SoceException(
          "%s is the only expert, so there is nothing to search and no plan to write; choose another"
                  .formatted(selection.models().getFirst())
              + " threshold from the table");
    }
    WeightGrid.PAPER.requireServes(selection.models().size());
    for (String candidate : analysis.candidates().models()) {
      if (!analysis.population().models().contains(candidate)) {
        throw new SoceException(
            "%s: has no row for the candidate '%s', and a search takes its scores from there; add it"
                .formatted(scores, candidate));
      }
    }
  }

  /** Where the plan looks for checkpoints that are not there. */
  List<Path> absent() {
    return analysis.candidates().models().stream()
        .map(model -> checkpoints.resolve(folder(model)))
        .filter(path -> Files.notExists(directory.resolve(path)))
        .toList();
  }

  String render() {
    return """
    # Experts at this threshold: %s.
    version: 1
    method: linear
    models:
    %ssearch:
      scores: %s
    %s  correlation: %s
      threshold: %s
      weights: {min: 0.1, max: 0.9, step: 0.1, uniform: true}
      objective: mean
    evaluate:
      # Scores one checkpoint: writes {"scores": {%s: 71.3, ...}} to scores.json in {output}.
      command: [./evaluate, "{model}", "{output}"]
      timeout: 2h
    output: {path: out/best}
    """
        .formatted(
            selection.models().stream()
                .map(SearchPlanText::inComment)
                .collect(Collectors.joining(", ")),
            analysis.candidates().models().stream().map(this::model).collect(Collectors.joining()),
            yaml(relative(scores)),
            categories.isEmpty() ? "" : "  categories: " + list(categories) + "\n",
            selection.low().rule().planName(),
            Numbers.number(selection.low().threshold()),
            json(analysis.population().categories().getFirst()));
  }

  private String model(String name) {
    String folder = folder(name);
    String path = yaml(checkpoints.resolve(folder).toString());
    return lastPart(folder).equals(name)
        ? "  - {model: %s}\n".formatted(path)
        : "  - {model: %s, name: %s}\n".formatted(path, yaml(name));
  }

  /** A name as a path below the checkpoints: that of the hub is two directories. */
  private static String folder(String name) {
    return name.replaceAll("[^A-Za-z0-9._/-]+", "-").replaceAll("(^|/)\\.+(?=/|$)|^/+|-+$", "$1");
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private String relative(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.startsWith(directory)
        ? directory.relativize(absolute).toString()
        : absolute.toString();
  }

  private static String list(List<String> texts) {
    return texts.stream().map(SearchPlanText::yaml).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String yaml(String text) {
    return PLAIN.matcher(text).matches() && !WORD_OF_YAML.matcher(text).matches()
        ? text
        : json(text);
  }

  /** YAML reads a JSON string as JSON does. */
  private static String json(String text) {
    return JsonMapper.shared().writeValueAsString(text);
  }

  private static String inComment(String name) {
    return Printable.text(name);
  }
}
