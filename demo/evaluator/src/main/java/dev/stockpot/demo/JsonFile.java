package dev.stockpot.demo;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A JSON file of a checkpoint, whose complaints begin with its path. */
record JsonFile(Path path, JsonNode root) {
  private static final long LARGEST = 16 << 20;
  private static final int LARGEST_COUNT = 1 << 24;

  /**
   * Reads the file.
   *
   * @throws CheckpointException if it is no JSON object, or larger than 16 MiB
   */
  static JsonFile read(Path path) throws IOException {
    if (Files.size(path) > LARGEST) {
      throw problem(path, "is larger than 16 MiB; this evaluator is for small models");
    }
    try {
      JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(path));
      if (root.isObject()) {
        return new JsonFile(path, root);
      }
      throw problem(path, "is not a JSON object; export the checkpoint again");
    } catch (JacksonException e) {
      throw problem(
          path,
          "is not valid JSON at line %d, column %d; export the checkpoint again"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    }
  }

  JsonNode get(String name) {
    return root.path(name);
  }

  /** A whole number from 1 to 2^24. */
  int count(String name) {
    JsonNode value = get(name);
    int count = value.isIntegralNumber() && value.canConvertToInt() ? value.intValue() : 0;
    if (count < 1 || count > LARGEST_COUNT) {
      throw problem(
          "'%s' must be a whole number from 1 to %d, not %s"
              .formatted(name, LARGEST_COUNT, shown(value)));
    }
    return count;
  }

  int count(String name, int otherwise) {
    return isGiven(get(name)) ? count(name) : otherwise;
  }

  boolean isTrue(String name) {
    return get(name).asBoolean(false);
  }

  CheckpointException problem(String message) {
    return problem(path, message);
  }

  static boolean isGiven(JsonNode value) {
    return !value.isMissingNode() && !value.isNull();
  }

  /** As it stands in the file, fit for a message. */
  static String shown(JsonNode value) {
    return value.isMissingNode() ? "missing" : Printable.text(value.toString());
  }

  private static CheckpointException problem(Path path, String message) {
    return new CheckpointException(Problem.inFile(path.toString(), message));
  }
}
