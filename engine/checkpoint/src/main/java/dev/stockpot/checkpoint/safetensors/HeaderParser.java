package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON of a safetensors header into tensors, in file order, and metadata.
 *
 * <p>What is not JSON ends the reading; what is wrong with one tensor is noted and the next is
 * read.
 */
final class HeaderParser {
  private static final String METADATA = "__metadata__";

  /** The bytes are as they were written: what is wrong is the writer, not the download. */
  static final String CURE = "; export the file again";

  private final String file;
  private final ProblemList problems;
  private final List<TensorHeader> tensors = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  HeaderParser(String file, ProblemList problems) {
    this.file = file;
    this.problems = problems;
  }

  /** Reads the bytes {@code [from, to)} of {@code bytes}. */
  void read(byte[] bytes, int from, int to) {
    try (StrictJson json = StrictJson.header(bytes, from, to, file)) {
      json.readObject(this::readEntries);
    }
  }

  List<TensorHeader> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void readEntries(JsonParser parser) {
    Set<String> names = new HashSet<>();
    Set<String> others = new HashSet<>();
    String name;
    while ((name = parser.nextName()) != null) {
      parser.nextToken();
      if (!names.add(name)) {
        problems.add(new Problem(file, name, "described twice in the header" + CURE));
        parser.skipChildren();
      } else if (name.equals(METADATA)) {
        readMetadata(parser);
      } else {
        TensorEntry entry = new TensorEntry(others);
        String problem = entry.read(parser);
        if (problem == null) {
          problem = entry.addTo(tensors, name);
        }
        if (problem != null) {
          problems.add(new Problem(file, name, problem + CURE));
        }
      }
    }
  }

  private void readMetadata(JsonParser parser) {
    JsonToken start = parser.currentToken();
    if (start == JsonToken.VALUE_NULL) {
      return;
    }
    if (start != JsonToken.START_OBJECT) {
      noteMetadata("must be an object of strings, not " + StrictJson.kind(start));
      parser.skipChildren();
      return;
    }
    String key;
    while ((key = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      if (value != JsonToken.VALUE_STRING) {
        noteMetadata(Printable.quoted(key) + " must be a string, not " + StrictJson.kind(value));
        parser.skipChildren();
      } else {
        String text = parser.getString();
        if (!StrictJson.isUnicode(text)) {
          noteMetadata(Printable.quoted(key) + " has half of a surrogate pair");
        } else if (metadata.put(key, text) != null) {
          noteMetadata(Printable.quoted(key) + " stands there twice");
        }
      }
    }
  }

  private void noteMetadata(String message) {
    problems.add(Problem.inFile(file, METADATA + ": " + message + CURE));
  }
}
