package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.coordinator.evaluate.Scores.ScoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files in which evaluators leave scores: our {@code scores.json}, the {@code results_*.json}
 * of lm-eval and lighteval, and BFCL's {@code data_overall.csv}.
 */
final class ScoreFiles {

  private static final String OURS = "scores.json";
  private static final String BFCL = "data_overall.csv";

  /** lm-eval and lighteval write into directories named after the model. */
  private static final int DEPTH = 8;

  private static final int MAX_BYTES = 64 << 20;

  /** Python writes NaN and Infinity as such; they are read in order to be told. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private ScoreFiles() {}

  private record Candidate(Path file, FileTime modified) {
    boolean isOurs() {
      return file.endsWith(OURS);
    }
  }

  /**
   * Reads the scores of all categories: of {@code scores.json} if there is one, else of the newest
   * file. Blocks.
   *
   * @throws ScoreException if a category has no score that is a number within the scale
   */
  static Scores read(Path directory, List<String> categories, ScoreFormat format)
      throws ScoreException {
    Path file = find(directory);
    if (file.endsWith(BFCL)) {
      return BfclScores.read(file, lines(file), categories, format);
    }
    JsonNode root = json(file);
    if (root.path("scores").isObject()) {
      return own(new Scores(file, format), root, categories);
    }
    if (root.path("results").isObject()) {
      return new HarnessScores(new Scores(file, format), root, format).read(categories);
    }
    throw new ScoreException(
        file + ": neither {\"scores\": {...}} nor {\"results\": {...}}, so it has no scores");
  }

  /** Deletes what {@link #read} would take for scores. Blocks. */
  static void delete(Path directory) throws IOException {
    for (Candidate candidate : candidates(directory)) {
      Files.deleteIfExists(candidate.file());
    }
  }

  private static Path find(Path directory) throws ScoreException {
    Optional<Candidate> best;
    try {
      best =
          candidates(directory).stream()
              .max(
                  Comparator.comparing(Candidate::isOurs)
                      .thenComparing(Candidate::modified)
                      .thenComparing(Candidate::file));
    } catch (IOException e) {
      throw new ScoreException(directory + ": cannot be read: " + e.getMessage());
    }
    return best.orElseThrow(() ->
            new ScoreException(
                "no %s, results_*.json or %s in %s, which the command has as {output}"
                    .formatted(OURS, BFCL, directory)))
        .file();
  }

  private static List<Candidate> candidates(Path directory) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    try (Stream<Path> files = Files.find(directory, DEPTH, ScoreFiles::hasScores)) {
      for (Path file : files.toList()) {
        candidates.add(new Candidate(file, Files.getLastModifiedTime(file)));
      }
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return candidates;
  }

  private static boolean hasScores(Path file, BasicFileAttributes attributes) {
    String name = String.valueOf(file.getFileName());
    return attributes.isRegularFile()
        && (name.equals(OURS)
            || name.equals(BFCL)
            || (name.startsWith("results") && name.endsWith(".json")));
  }

  private static Scores own(Scores scores, JsonNode root, List<String> categories)
      throws ScoreException {
    JsonNode version = root.path("version");
    if (!version.isMissingNode() && version.asInt(0) != 1) {
      throw scores.problem("version " + version + "; this release reads version 1");
    }
    JsonNode values = root.path("scores");
    for (String category : categories) {
      JsonNode value = values.path(category);
      if (value.isMissingNode()) {
        throw scores.missing(category, values.propertyNames());
      }
      scores.put(category, value);
      scores.count(category, root.path("n").path(category));
    }
    return scores;
  }

  private static JsonNode json(Path file) throws ScoreException {
    try {
      return JSON.readTree(bytes(file));
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new ScoreException(
          "%s%s: this is no JSON: %s"
              .formatted(
                  file,
                  at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")));
    }
  }

  private static List<String> lines(Path file) throws ScoreException {
    return new String(bytes(file), StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] bytes(Path file) throws ScoreException {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new ScoreException("%s: %,d bytes are too long for scores".formatted(file, size));
      }
      return RegularFiles.bytes(file, MAX_BYTES);
    } catch (IOException e) {
      throw new ScoreException(file + ": cannot be read: " + e.getMessage());
    }
  }
}
