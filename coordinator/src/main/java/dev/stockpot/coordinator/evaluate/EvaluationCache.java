package dev.stockpot.coordinator.evaluate;

import dev.stockpot.coordinator.journal.JournalFile;
import dev.stockpot.coordinator.staging.Neighbours;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Scores by the hash of what gave them, in a directory that several searches may share: a file a
 * hash, with a checksum, replaced as a whole. Its methods block.
 *
 * @param directory created when it is first written to
 */
public record EvaluationCache(Path directory) {

  private static final Logger LOG = LoggerFactory.getLogger(EvaluationCache.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int VERSION = 1;
  private static final String SUFFIX = ".scores";
  private static final Pattern HASH = Pattern.compile("[0-9A-Za-z_-]{1,128}");

  /**
   * The scores of these categories. Empty if there are none for one of them, and if the entry is
   * damaged or of another version, of which the log is told: then evaluate again.
   *
   * @param hash letters, digits, {@code _} and {@code -}; up to 128
   */
  public Optional<Evaluation.Scored> find(String hash, List<String> categories) {
    Path file = file(hash);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      Optional<String> entry = JournalFile.shared(file).onlyEntry();
      JsonNode root = entry.isEmpty() ? JSON.nullNode() : JSON.readTree(entry.get());
      if (root.path("version").asInt(0) == VERSION && root.path("hash").asString("").equals(hash)) {
        return scored(root, categories);
      }
      LOG.warn("{}: damaged, or of another release; it is evaluated again", file);
    } catch (IOException | JacksonException e) {
      LOG.warn("{}: cannot be read, it is evaluated again: {}", file, e.toString());
    }
    return Optional.empty();
  }

  private static Optional<Evaluation.Scored> scored(JsonNode root, List<String> categories) {
    Map<String, Double> scores = new LinkedHashMap<>();
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String category : categories) {
      JsonNode score = root.path("scores").path(category);
      if (!score.isNumber()) {
        return Optional.empty();
      }
      scores.put(category, score.doubleValue());
      JsonNode count = root.path("n").path(category);
      if (count.isNumber()) {
        counts.put(category, count.longValue());
      }
    }
    return Optional.of(
        new Evaluation.Scored(scores, counts, Duration.ofMillis(root.path("millis").asLong(0))));
  }

  /** Keeps scores; they are on storage when this returns. Replaces what there is for the hash. */
  public void put(String hash, Evaluation.Scored scored) throws IOException {
    ObjectNode root =
        JSON.createObjectNode()
            .put("version", VERSION)
            .put("hash", hash)
            .put("millis", scored.took().toMillis());
    scored.scores().forEach(root.putObject("scores")::put);
    scored.counts().forEach(root.putObject("n")::put);
    Files.createDirectories(directory);
    mark();
    JournalFile.shared(file(hash)).replace(List.of(JSON.writeValueAsString(root)));
  }

  /** By which others see what the directory is. */
  private void mark() throws IOException {
    Path mark = directory.resolve(Neighbours.CACHE_MARK);
    if (Files.notExists(mark)) {
      Files.writeString(
          mark, "Results of evaluations, which later searches use. No output replaces it.\n");
    }
  }

  private Path file(String hash) {
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("'%s' cannot name a file".formatted(hash));
    }
    return directory.resolve(hash + SUFFIX);
  }
}
