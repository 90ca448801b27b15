package dev.stockpot.demo;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.demo.Evaluator.CaseException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A prompt and the one right answer to it.
 *
 * @param place file and line
 * @param answer ends with the only {@link #END} in it
 */
record EvaluationCase(String place, String category, String prompt, String answer) {
  /** Where a model's answer ends. */
  static final String END = ".";

  private static final long LARGEST_FILE = 16 << 20;

  /**
   * Reads a file of JSON lines, each {@code {"category": …, "prompt": …, "answer": …}}.
   *
   * @return at least one
   * @throws CaseException at the first line that is no case
   */
  static List<EvaluationCase> readAll(Path file) throws IOException {
    String name = file.toString();
    if (Files.size(file) > LARGEST_FILE) {
      throw new CaseException(name, "is larger than 16 MiB; take a sample of the cases");
    }
    List<EvaluationCase> cases = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        cases.add(parse(line, name + ":" + (cases.size() + 1)));
      }
    } catch (CharacterCodingException _) {
      throw new CaseException(name, "is not UTF-8 text; save it as UTF-8");
    }
    if (cases.isEmpty()) {
      throw new CaseException(name, "holds no case");
    }
    return cases;
  }

  private static EvaluationCase parse(String line, String place) {
    JsonNode object;
    try {
      object = JsonMapper.shared().readTree(line);
    } catch (JacksonException e) {
      throw new CaseException(
          place,
          "is not valid JSON at column %d; a case is one object on one line"
              .formatted(e.getLocation().getColumnNr()));
    }
    EvaluationCase read =
        new EvaluationCase(
            place,
            text(object, "category", place),
            text(object, "prompt", place),
            text(object, "answer", place));
    if (read.answer.indexOf(END) != read.answer.length() - END.length()) {
      throw new CaseException(
          place,
          "the answer %s must end with its only '%s'"
              .formatted(Printable.quoted(read.answer), END));
    }
    return read;
  }

  private static String text(JsonNode object, String name, String place) {
    JsonNode value = object.path(name);
    if (!value.isString() || value.stringValue().isEmpty()) {
      throw new CaseException(
          place,
          "'%s' must be text, not %s; a case has category, prompt and answer"
              .formatted(name, JsonFile.shown(value)));
    }
    return value.stringValue();
  }
}
