package dev.stockpot.checkpoint.safetensors;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One file of a {@code CheckpointLayout}: its name, its complete header, and its tensors' places.
 */
public final class ShardLayout {
  /** The data section starts at a multiple of this, so that its pages can be written whole. */
  static final int DATA_ALIGNMENT = 4096;

  private static final int LENGTH_BYTES = 8;
  private static final JsonFactory JSON = new JsonFactory();

  private final String fileName;
  private final byte[] header;
  private final List<PlacedTensor> tensors;
  private final long fileSize;

  private ShardLayout(String fileName, byte[] header, List<PlacedTensor> tensors, long fileSize) {
    this.fileName = fileName;
    this.header = header;
    this.tensors = List.copyOf(tensors);
    this.fileSize = fileSize;
  }

  /** Lays the tensors out, widest elements first, which keeps each at a multiple of its width. */
  public static ShardLayout of(String fileName, int shard, List<OutputTensor> tensors) {
    List<OutputTensor> ordered = new ArrayList<>(tensors);
    ordered.sort(
        Comparator.comparingInt((OutputTensor tensor) -> tensor.dtype().bits()).reversed());
    byte[] header = header(ordered);
    List<PlacedTensor> placed = new ArrayList<>(ordered.size());
    long offset = header.length;
    for (OutputTensor tensor : ordered) {
      placed.add(new PlacedTensor(tensor, shard, offset));
      offset = Math.addExact(offset, tensor.byteSize());
    }
    return new ShardLayout(fileName, header, placed, offset);
  }

  public String fileName() {
    return fileName;
  }

  /** The file's first bytes: 8 of length, the JSON, and spaces up to the data section. A copy. */
  public byte[] header() {
    return header.clone();
  }

  /** Where the data section starts: the header's length. */
  public long dataStart() {
    return header.length;
  }

  /** In the order of their bytes. */
  public List<PlacedTensor> tensors() {
    return tensors;
  }

  public long fileSize() {
    return fileSize;
  }

  private static byte[] header(List<OutputTensor> tensors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[LENGTH_BYTES]);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeName("__metadata__");
      json.writeStartObject();
      json.writeName("format");
      json.writeString("pt");
      json.writeEndObject();
      long offset = 0;
      for (OutputTensor tensor : tensors) {
        long end = Math.addExact(offset, tensor.byteSize());
        write(json, tensor, offset, end);
        offset = end;
      }
      json.writeEndObject();
    }
    int length = Math.ceilDiv(out.size(), DATA_ALIGNMENT) * DATA_ALIGNMENT;
    byte[] header = Arrays.copyOf(out.toByteArray(), length);
    Arrays.fill(header, out.size(), length, (byte) ' ');
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length - LENGTH_BYTES);
    return header;
  }

  private static void write(JsonGenerator json, OutputTensor tensor, long begin, long end) {
    json.writeName(tensor.name());
    json.writeStartObject();
    json.writeName("dtype");
    json.writeString(tensor.dtype().name());
    json.writeName("shape");
    json.writeStartArray();
    tensor.shape().forEach(dimension -> json.writeNumber(dimension.longValue()));
    json.writeEndArray();
    json.writeName("data_offsets");
    json.writeStartArray();
    json.writeNumber(begin);
    json.writeNumber(end);
    json.writeEndArray();
    json.writeEndObject();
  }
}
