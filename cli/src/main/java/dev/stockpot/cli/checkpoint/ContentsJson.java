package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.inspection.Contents;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** {@link Contents} for programs: one JSON object, written as a stream. */
final class ContentsJson {
  private final Contents contents;
  private final JsonGenerator json;

  private ContentsJson(Contents contents, JsonGenerator json) {
    this.contents = contents;
    this.json = json;
  }

  static void write(Contents contents, PrintWriter out) {
    JsonOutput.write(out, json -> new ContentsJson(contents, json).write());
  }

  private void write() {
    json.writeStartObject();
    json.writeStringProperty("path", contents.checkpoint().path().toString());
    json.writeArrayPropertyStart("files");
    contents.checkpoint().files().forEach(this::writeFile);
    json.writeEndArray();
    json.writeArrayPropertyStart("tensors");
    contents.listed().forEach(this::writeTensor);
    json.writeEndArray();
    json.writeObjectPropertyStart("dtypes");
    contents
        .dtypes()
        .forEach((dtype, totals) -> {
          json.writeName(dtype.name());
          writeTotals(totals);
        });
    json.writeEndObject();
    json.writeName("total");
    writeTotals(contents.totals());
    json.writeName("config");
    writeConfig(contents.config());
    json.writeArrayPropertyStart("warnings");
    contents.warnings().forEach(this::writeWarning);
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeFile(CheckpointFile file) {
    json.writeStartObject();
    json.writeStringProperty("name", String.valueOf(file.path().getFileName()));
    json.writeNumberProperty("bytes", file.size());
    json.writeNumberProperty("tensors", file.header().tensors().size());
    json.writeObjectPropertyStart("metadata");
    file.header().metadata().forEach(json::writeStringProperty);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeTensor(TensorLocation tensor) {
    TensorHeader header = tensor.header();
    json.writeStartObject();
    json.writeStringProperty("name", header.name());
    JsonOutput.writeType(json, header);
    json.writeNumberProperty("bytes", header.byteSize());
    json.writeStringProperty("file", String.valueOf(tensor.file().path().getFileName()));
    json.writeNumberProperty("offset", tensor.offset());
    json.writeEndObject();
  }

  private void writeTotals(Contents.Totals totals) {
    json.writeStartObject();
    json.writeNumberProperty("tensors", totals.tensors());
    json.writeNumberProperty("parameters", totals.elements());
    json.writeNumberProperty("bytes", totals.bytes());
    json.writeEndObject();
  }

  private void writeConfig(@Nullable HfConfig config) {
    if (config == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeArrayPropertyStart("architectures");
    config.architectures().forEach(json::writeString);
    json.writeEndArray();
    writeText("model_type", config.modelType());
    writeText("dtype", config.dtype());
    writeNumber("num_hidden_layers", config.numHiddenLayers());
    writeNumber("hidden_size", config.hiddenSize());
    writeNumber("vocab_size", config.vocabSize());
    json.writeName("tie_word_embeddings");
    if (config.tieWordEmbeddings() == null) {
      json.writeNull();
    } else {
      json.writeBoolean(config.tieWordEmbeddings());
    }
    json.writeBooleanProperty("quantized", config.quantized());
    writeText("name_or_path", config.nameOrPath());
    json.writeEndObject();
  }

  private void writeText(String name, @Nullable String text) {
    json.writeName(name);
    if (text == null) {
      json.writeNull();
    } else {
      json.writeString(text);
    }
  }

  private void writeNumber(String name, @Nullable Long number) {
    json.writeName(name);
    if (number == null) {
      json.writeNull();
    } else {
      json.writeNumber(number.longValue());
    }
  }

  private void writeWarning(Problem warning) {
    json.writeStartObject();
    json.writeStringProperty("file", warning.file());
    writeText("tensor", warning.tensor());
    json.writeStringProperty("message", warning.message());
    json.writeEndObject();
  }
}
