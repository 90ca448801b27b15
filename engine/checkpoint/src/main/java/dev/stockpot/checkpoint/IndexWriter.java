package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.io.ByteArrayOutputStream;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/**
 * Writes {@code model.safetensors.index.json} as transformers does: two spaces of indentation,
 * names sorted, a line break at the end.
 */
final class IndexWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private IndexWriter() {}

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
