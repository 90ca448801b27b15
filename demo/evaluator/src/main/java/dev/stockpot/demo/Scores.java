package dev.stockpot.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How many answers of each category were right.
 *
 * @param tallies by category, in the order of the cases
 */
public record Scores(SequencedMap<String, Tally> tallies) {
  private static final String FILE_NAME = "scores.json";

  public Scores {
    tallies = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tallies));
  }

  /** Right answers among all answers, of which there is at least one. */
  public record Tally(int right, int all) {
    /** From 0 to 100. */
    public double percent() {
      return 100.0 * right / all;
    }

    Tally plus(Tally other) {
      return new Tally(right + other.right, all + other.all);
    }
  }

  /** The percentages as one line of JSON. */
  public String toJson() {
    return percentages().toString();
  }

  /**
   * Writes {@code scores.json} as an evaluator should: {@code {"version": 1, "scores": {category:
   * percent}, "n": {category: cases}}}.
   *
   * @param directory created where it does not exist
   * @return the file
   */
  public Path write(Path directory) throws IOException {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    root.put("version", 1);
    root.set("scores", percentages());
    ObjectNode counts = root.putObject("n");
    tallies.forEach((category, tally) -> counts.put(category, tally.all()));
    Files.createDirectories(directory);
    return Files.writeString(directory.resolve(FILE_NAME), root.toPrettyString() + "\n");
  }

  private ObjectNode percentages() {
    ObjectNode scores = JsonMapper.shared().createObjectNode();
    tallies.forEach((category, tally) -> scores.put(category, tally.percent()));
    return scores;
  }
}
