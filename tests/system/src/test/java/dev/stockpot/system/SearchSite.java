package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directory with the plan of a search over the demo's checkpoints, a score table that makes three
 * of them experts, and an evaluator whose scores are digits of the weights' checksum. Each run of
 * the evaluator that comes to its end leaves a line in a file.
 */
public record SearchSite(Path directory) {

  private static final List<String> MODELS = List.of("base", "add", "rev", "sort", "max");

  /** Candidates that may be on disk at any moment. */
  static final int ON_DISK = 3;

  /** Weights from 0.2 to 0.6 of three experts. */
  static final String COARSE = "{min: 0.2, max: 0.6, step: 0.2}";

  /** Those of {@link #COARSE}, and what lies between them. */
  static final String FINE = "{min: 0.2, max: 0.6, step: 0.1}";

  static final int COARSE_POINTS = 6;
  static final int FINE_POINTS = 15;

  /** Single models and the two uniform soups, which no grid here holds. */
  static final int BASELINES = MODELS.size() + 2;

  private static final String SCORES =
      """
      model,add,rev,sort,max
      base,20,21,25,22
      add,90,10,12,40
      rev,12,88,14,35
      sort,14,15,85,38
      max,30,28,26,91
      p1,50,48,10,60
      p2,10,60,55,50
      p3,70,20,60,75
      """;

  /** A site with an evaluator that fails nothing. */
  public static SearchSite create(Path directory) {
    return create(directory, "");
  }

  /**
   * A site.
   *
   * @param more lines of the evaluator, which knows {@code $sum}
   */
  public static SearchSite create(Path directory, String more) {
    SearchSite site = new SearchSite(directory);
    try {
      Files.createDirectories(directory);
      for (String model : MODELS) {
        copy(demo().resolve(model), directory.resolve(model));
      }
      Files.writeString(directory.resolve("scores.csv"), SCORES);
      Path evaluator = directory.resolve("evaluate.sh");
      Files.writeString(
          evaluator,
          """
          #!/bin/sh
          # Arguments: checkpoint, output, name of the content, what the run is called.
          find served/.best.stockpot/candidates -type d -name '*soup-*' 2>/dev/null | wc -l >> on-disk
          sum=$(cksum < "$1/model.safetensors" | cut -d' ' -f1)
          %s
          echo "{\\"scores\\": {\\"add\\": $((sum %% 97)), \\"rev\\": $((sum / 97 %% 97)),"\\
            "\\"sort\\": $((sum / 9409 %% 97)), \\"max\\": $((sum / 912673 %% 97))}}" > "$2/scores.json"
          echo "$4 $3" >> runs
          """
              .formatted(more));
      Files.setPosixFilePermissions(evaluator, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    site.writePlan("served/best", COARSE, "");
    return site;
  }

  /** Writes the plan, with further lines of the section {@code search}. */
  void writePlan(String output, String weights, String more) {
    String models =
        MODELS.stream().map("  - {model: %s}"::formatted).collect(Collectors.joining("\n"));
    String text =
        """
        version: 1
        method: linear
        models:
        %s
        search:
          scores: scores.csv
          threshold: 0.25
          weights: %s
          candidates_on_disk: %d
        %s
        evaluate:
          command: [./evaluate.sh, "{model}", "{output}", "{hash}", chosen]
          report: [./evaluate.sh, "{model}", "{output}", "{hash}", held-out]
          gpus: []
        output: {path: "%s"}
        """
            .formatted(models, weights, ON_DISK, more, output);
    try {
      Files.writeString(directory.resolve("plan.yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static Path demo() {
    Path root = Path.of("").toAbsolutePath();
    while (Files.notExists(root.resolve("mvnw"))) {
      root = root.resolve("..").normalize();
    }
    return root.resolve("demo");
  }

  StockpotProcess start(String... options) {
    return start(List.of(), List.of(), options);
  }

  /** As {@link StockpotProcess#start(List, List, Path, String...)}. */
  StockpotProcess start(List<String> prefix, List<String> flags, String... options) {
    List<String> arguments =
        Stream.concat(Stream.of("soce", "search", "--json", "plan.yaml"), Stream.of(options))
            .toList();
    return StockpotProcess.start(prefix, flags, directory, arguments.toArray(String[]::new));
  }

  Ended search(String... options) throws InterruptedException {
    try (StockpotProcess process = start(options)) {
      return process.await();
    }
  }

  /** Bytes of all models' weights. */
  long inputBytes() {
    return MODELS.stream()
        .mapToLong(model -> directory.resolve(model).resolve("model.safetensors").toFile().length())
        .sum();
  }

  public Path output() {
    return directory.resolve("served/best");
  }

  Path staging() {
    return directory.resolve("served/.best.stockpot");
  }

  /** The evaluator's runs that came to their end, each with what it was called. */
  List<String> runs() {
    return lines("runs");
  }

  /** How many candidates, or parts of them, each run of the evaluator saw on disk. */
  List<Integer> onDisk() {
    return lines("on-disk").stream().map(line -> Integer.valueOf(line.strip())).toList();
  }

  private List<String> lines(String file) {
    try {
      Path path = directory.resolve(file);
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String leaderboard() {
    try {
      return Files.readString(output().resolve("stockpot-search/leaderboard.csv"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checksums of the best soup's files, without those that name times and inputs. */
  Map<String, String> best() {
    Map<String, String> files = new TreeMap<>(MergeSite.checksums(output()));
    assertThat(files.keySet().removeIf(name -> name.startsWith("stockpot-"))).isTrue();
    return files;
  }
}
