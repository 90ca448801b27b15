package dev.stockpot.soce;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads score tables: CSV with or without percent signs, JSON, or what lm-eval leaves behind (a
 * file of results, or a directory of them).
 */
public final class ScoreTables {
  /** lm-eval writes into directories named after the model. */
  private static final int DEPTH = 8;

  private static final int MOST_RESULT_FILES = 100_000;

  private ScoreTables() {}

  /**
   * Every category of a file; a column of words is none.
   *
   * @throws SoceException with {@code file:line:column: what; cure}
   */
  public static ScoreTable read(Path file) {
    return read(file, List.of());
  }

  /**
   * These categories of a file, in this order; what else is in it is not looked at.
   *
   * @param categories none for all
   * @throws SoceException with {@code file:line:column: what; cure}
   */
  public static ScoreTable read(Path file, List<String> categories) {
    return cells(file).scores(categories);
  }

  private static Cells cells(Path file) {
    if (Files.isDirectory(file)) {
      return resultFiles(file);
    }
    SourceText source = SourceText.of(file);
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".json")) {
      return new CsvScores(source, name.endsWith(".tsv") ? '\t' : ',').cells();
    }
    JsonTree tree = JsonTree.parse(source);
    if (tree instanceof JsonTree.Members root && HarnessResults.isOne(tree)) {
      Cells cells = new Cells(source);
      add(file, new HarnessResults(source, root), new LinkedHashMap<>()).forEach(cells::add);
      return cells;
    }
    return new JsonScores(source).cells(tree);
  }

  /** Of files of one model, the task of the last wins: their names end in the time. */
  private static Cells resultFiles(Path directory) {
    Map<String, Map<String, Cell>> rows = new LinkedHashMap<>();
    for (Path file : listed(directory)) {
      SourceText source = SourceText.of(file);
      JsonTree tree = JsonTree.parse(source);
      if (tree instanceof JsonTree.Members root && HarnessResults.isOne(tree)) {
        add(file, new HarnessResults(source, root), rows);
      }
    }
    Cells cells = new Cells(new SourceText(directory.toString(), ""));
    rows.forEach(cells::add);
    return cells;
  }

  private static Map<String, Map<String, Cell>> add(
      Path file, HarnessResults results, Map<String, Map<String, Cell>> rows) {
    String model = results.model().orElseGet(() -> directoryName(file));
    rows.computeIfAbsent(model, _ -> new LinkedHashMap<>()).putAll(results.row());
    return rows;
  }

  private static String directoryName(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toString() : String.valueOf(parent.getFileName());
  }

  private static List<Path> listed(Path directory) {
    try (Stream<Path> files =
        Files.find(
            directory,
            DEPTH,
            (path, attributes) -> isResults(path) && attributes.isRegularFile())) {
      List<Path> found =
          files
              .limit(MOST_RESULT_FILES)
              .sorted(
                  Comparator.comparing((Path path) -> path.getFileName().toString())
                      .thenComparing(Comparator.naturalOrder()))
              .toList();
      if (found.isEmpty()) {
        throw new SoceException(
            directory
                + ": holds no results_*.json of lm-eval; name a CSV or JSON file, or its output directory");
      }
      return found;
    } catch (IOException | UncheckedIOException e) {
      throw new SoceException(directory + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private static boolean isResults(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith("results") && name.endsWith(".json");
  }
}
