package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.inspection.CheckpointDiff;
import dev.stockpot.checkpoint.inspection.CheckpointDiff.ValueDifference;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * {@link CheckpointDiff} for programs: one JSON object, written as a stream. A largest difference
 * that is infinite is the string {@code "Infinity"}.
 */
final class DiffJson {
  private final CheckpointDiff diff;
  private final JsonGenerator json;
  private boolean sameValues = true;

  private DiffJson(CheckpointDiff diff, JsonGenerator json) {
    this.diff = diff;
    this.json = json;
  }

  /** Returns whether there was no difference. */
  static boolean write(CheckpointDiff diff, PrintWriter out) {
    boolean[] identical = new boolean[1];
    JsonOutput.write(out, json -> identical[0] = new DiffJson(diff, json).write());
    return identical[0];
  }

  private boolean write() {
    json.writeStartObject();
    json.writeStringProperty("a", diff.a().path().toString());
    json.writeStringProperty("b", diff.b().path().toString());
    writeTensors("only_in_a", diff.onlyA());
    writeTensors("only_in_b", diff.onlyB());
    json.writeArrayPropertyStart("other_shape_or_dtype");
    for (CheckpointDiff.Pair pair : diff.mismatched()) {
      json.writeStartObject();
      json.writeStringProperty("name", pair.name());
      json.writeObjectPropertyStart("a");
      JsonOutput.writeType(json, pair.a().header());
      json.writeEndObject();
      json.writeObjectPropertyStart("b");
      JsonOutput.writeType(json, pair.b().header());
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("other_values");
    long identical = diff.compareValues(this::writeDifference);
    json.writeEndArray();
    json.writeNumberProperty("identical_tensors", identical);
    boolean same = sameValues && diff.sameStructure();
    json.writeBooleanProperty("identical", same);
    json.writeEndObject();
    return same;
  }

  private void writeTensors(String property, List<TensorHeader> tensors) {
    json.writeArrayPropertyStart(property);
    for (TensorHeader tensor : tensors) {
      json.writeStartObject();
      json.writeStringProperty("name", tensor.name());
      JsonOutput.writeType(json, tensor);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeDifference(CheckpointDiff.Pair pair, ValueDifference value) {
    sameValues = false;
    json.writeStartObject();
    json.writeStringProperty("name", pair.name());
    JsonOutput.writeType(json, pair.a().header());
    if (value.numeric()) {
      json.writeNumberProperty("elements", value.compared());
      json.writeNumberProperty("differing_elements", value.differing());
      json.writeNumberProperty("max_absolute", value.maxAbsolute());
      json.writeName("max_ulps");
      json.writeNumber(Long.toUnsignedString(value.maxUlps()));
      json.writeNumberProperty("mean_ulps", value.meanUlps());
      json.writeNumberProperty("nan_a", value.nanA());
      json.writeNumberProperty("nan_b", value.nanB());
    } else {
      json.writeNumberProperty("bytes", value.compared());
      json.writeNumberProperty("differing_bytes", value.differing());
    }
    json.writeEndObject();
  }
}
