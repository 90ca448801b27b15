package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * <p>{@code metadata.total_size} is not believed and not read: published indexes give it in several
 * meanings, and the shards' headers know it.
 */
public final class ShardIndex {
  static final String FILE_NAME = "model.safetensors.index.json";
  private static final int LARGEST = 1 << 30;
  private static final JsonFactory JSON = new JsonFactory();

  private final String file;
  private final ProblemList problems;
  private final Map<String, String> weightMap = new LinkedHashMap<>();
  private boolean hasWeightMap;

  private ShardIndex(String file, ProblemList problems) {
    this.file = file;
    this.problems = problems;
  }

  /** Reads the file; the shard of each tensor is a path below the index's own directory. */
  public static Map<String, String> read(Path path) {
    try {
      long size = Files.size(path);
      if (size > LARGEST) {
        throw new CheckpointException(
            Problem.inFile(path.toString(), "is no shard index: it has " + size + " bytes"));
      }
      return parse(RegularFiles.bytes(path, LARGEST), path.toString());
    } catch (IOException e) {
      throw FileErrors.of(path, e);
    }
  }

  public static Map<String, String> parse(byte[] bytes, String file) {
    ProblemList problems = new ProblemList();
    ShardIndex index = new ShardIndex(file, problems);
    try (StrictJson json = StrictJson.document(bytes, file)) {
      json.readObject(index::readFields);
    }
    if (!index.hasWeightMap) {
      problems.add(Problem.inFile(file, "has no weight_map; download it again"));
    } else if (index.weightMap.isEmpty() && problems.isEmpty()) {
      problems.add(Problem.inFile(file, "weight_map names no tensor; download it again"));
    }
    problems.throwIfAny();
    return index.weightMap;
  }

  /** How many tensors each file of a weight map is to hold, by file name. */
  static SortedMap<String, Integer> tensorsByFile(Map<String, String> weightMap) {
    SortedMap<String, Integer> counts = new TreeMap<>();
    weightMap.values().forEach(shard -> counts.merge(shard, 1, Integer::sum));
    return counts;
  }

  private void readFields(JsonParser parser) {
    String field;
    while ((field = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      if (!field.equals("weight_map")) {
        parser.skipChildren();
      } else if (hasWeightMap) {
        problems.add(Problem.inFile(file, "has weight_map twice"));
        parser.skipChildren();
      } else {
        hasWeightMap = true;
        if (value == JsonToken.START_OBJECT) {
          readWeightMap(parser);
        } else {
          problems.add(
              Problem.inFile(
                  file, "weight_map must be an object of strings, not " + StrictJson.kind(value)));
          parser.skipChildren();
        }
      }
    }
  }

  private void readWeightMap(JsonParser parser) {
    String tensor;
    while ((tensor = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      String problem;
      if (value == JsonToken.VALUE_STRING) {
        String shard = parser.getString();
        problem = problemOf(shard);
        if (problem == null && weightMap.put(tensor, plain(shard)) != null) {
          problem = "mapped twice";
        }
      } else {
        problem = "must be mapped to a file name, not to " + StrictJson.kind(value);
        parser.skipChildren();
      }
      if (problem != null) {
        problems.add(new Problem(file, tensor, problem));
      }
    }
  }

  private static @Nullable String problemOf(String shard) {
    boolean plain =
        StrictJson.isUnicode(shard)
            && shard.chars().noneMatch(c -> c == '\\' || Character.isISOControl(c));
    if (!plain) {
      return "mapped to " + Printable.quoted(shard) + ", which is no name of a file";
    }
    if (shard.startsWith("/") || List.of(shard.split("/")).contains("..")) {
      return "mapped to "
          + Printable.quoted(shard)
          + ", which leads out of the checkpoint; shards lie beside their index, or below it";
    }
    if (!shard.endsWith(".safetensors")) {
      return "mapped to " + Printable.quoted(shard) + ", which is no .safetensors file";
    }
    return null;
  }

  /** Without the parts of a path that lead nowhere, as in {@code ./model.safetensors}. */
  private static String plain(String shard) {
    return shard.indexOf('/') < 0
        ? shard
        : Stream.of(shard.split("/"))
            .filter(part -> !part.isEmpty() && !part.equals("."))
            .collect(Collectors.joining("/"));
  }

  /**
   * The index of a layout as transformers writes it: two spaces of indentation, names sorted, a
   * line break at the end.
   */
  static byte[] write(CheckpointLayout layout) {
    SortedMap<String, String> weightMap = new TreeMap<>();
    for (ShardLayout shard : layout.shards()) {
      shard.tensors().forEach(tensor -> weightMap.put(tensor.name(), shard.fileName()));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(new Indented(), out)) {
      json.writeStartObject();
      json.writeName("metadata");
      json.writeStartObject();
      json.writeName("total_size");
      json.writeNumber(layout.totalSize());
      json.writeEndObject();
      json.writeName("weight_map");
      json.writeStartObject();
      weightMap.forEach((tensor, file) -> {
        json.writeName(tensor);
        json.writeString(file);
      });
      json.writeEndObject();
      json.writeEndObject();
    }
    out.write('\n');
    return out.toByteArray();
  }

  private static final class Indented extends ObjectWriteContext.Base {
    @Override
    public PrettyPrinter getPrettyPrinter() {
      return new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectNameValueSpacing(Separators.Spacing.AFTER))
          .withObjectIndenter(new DefaultIndenter("  ", "\n"));
    }

    @Override
    public boolean hasPrettyPrinter() {
      return true;
    }
  }
}
