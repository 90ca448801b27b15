package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.io.PrintWriter;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** One line of JSON on standard output, which stays open. */
final class JsonOutput {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private JsonOutput() {}

  static void write(PrintWriter out, Consumer<JsonGenerator> body) {
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      body.accept(json);
    }
    out.print("\n");
    out.flush();
  }

  /** The properties {@code dtype} and {@code shape} of the object being written. */
  static void writeType(JsonGenerator json, TensorHeader tensor) {
    json.writeStringProperty("dtype", tensor.dtype().name());
    json.writeArrayPropertyStart("shape");
    tensor.shape().forEach(dimension -> json.writeNumber(dimension.longValue()));
    json.writeEndArray();
  }
}
