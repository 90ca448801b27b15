package dev.stockpot.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Builds safetensors files and checkpoint directories for tests, by code of its own: nothing of
 * {@link CheckpointLayout} is used, so that the two can be held against each other.
 *
 * <p>Tensors lie in the order added, with no padding anywhere.
 */
public final class SafetensorsFixture {
  private record Tensor(String name, String dtype, List<Long> shape, ByteBuffer bytes) {}

  private final List<List<Tensor>> shards = new ArrayList<>(List.of(new ArrayList<>()));
  private final Map<String, String> sidecars = new LinkedHashMap<>();
  private String metadata = "{\"format\":\"pt\"}";

  private SafetensorsFixture() {}

  public static SafetensorsFixture checkpoint() {
    return new SafetensorsFixture();
  }

  /** Adds a tensor of these bytes to the current shard. */
  public SafetensorsFixture tensor(String name, Dtype dtype, List<Long> shape, byte[] bytes) {
    shards
        .getLast()
        .add(new Tensor(name, dtype.name(), List.copyOf(shape), ByteBuffer.wrap(bytes.clone())));
    return this;
  }

  /** Adds a one-dimensional F32 tensor. */
  public SafetensorsFixture f32(String name, float... values) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return tensor(name, Dtype.F32, List.of((long) values.length), bytes);
  }

  /** Adds a one-dimensional F64 tensor. */
  public SafetensorsFixture f64(String name, double... values) {
    byte[] bytes = new byte[8 * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
    return tensor(name, Dtype.F64, List.of((long) values.length), bytes);
  }

  /** Adds a one-dimensional tensor of 16-bit patterns (BF16, F16, I16, U16). */
  public SafetensorsFixture bits16(String name, Dtype dtype, int... patterns) {
    byte[] bytes = new byte[2 * patterns.length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int pattern : patterns) {
      buffer.putShort((short) pattern);
    }
    return tensor(name, dtype, List.of((long) patterns.length), bytes);
  }

  /** Later tensors go to another shard; {@link #writeTo} then writes an index. */
  public SafetensorsFixture nextShard() {
    shards.add(new ArrayList<>());
    return this;
  }

  /** The JSON of {@code __metadata__}; as it is, also where it is wrong. */
  public SafetensorsFixture metadata(String json) {
    metadata = json;
    return this;
  }

  /** A text file beside the weights, such as config.json. */
  public SafetensorsFixture sidecar(String name, String content) {
    sidecars.put(name, content);
    return this;
  }

  /** Writes the checkpoint into a directory, which is created; returns it. */
  public Path writeTo(Path directory) {
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, String> sidecar : sidecars.entrySet()) {
        Files.writeString(directory.resolve(sidecar.getKey()), sidecar.getValue());
      }
      for (int i = 0; i < shards.size(); i++) {
        Files.write(directory.resolve(shardName(i)), bytes(i));
      }
      if (shards.size() > 1) {
        Files.writeString(directory.resolve("model.safetensors.index.json"), index());
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the only shard as one file; returns it. */
  public Path writeFile(Path file) {
    if (shards.size() != 1) {
      throw new IllegalStateException(shards.size() + " shards are no single file");
    }
    try {
      return Files.write(file, bytes(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a shard, counted from 0. */
  public byte[] bytes(int shard) {
    List<Tensor> tensors = shards.get(shard);
    StringBuilder json = new StringBuilder("{\"__metadata__\":").append(metadata);
    long offset = 0;
    for (Tensor tensor : tensors) {
      long end = offset + tensor.bytes().capacity();
      json.append(',')
          .append(quoted(tensor.name()))
          .append(
              ":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(tensor.dtype(), tensor.shape(), offset, end));
      offset = end;
    }
    ByteBuffer file = ByteBuffer.wrap(file(json.append('}').toString(), (int) offset));
    file.position(file.capacity() - (int) offset);
    tensors.forEach(tensor -> file.put(tensor.bytes().duplicate()));
    return file.array();
  }

  /** A file of this header and so many zero bytes of data. */
  static byte[] file(String json, int dataBytes) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private String shardName(int shard) {
    return shards.size() == 1
        ? "model.safetensors"
        : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards.size());
  }

  private String index() {
    String map =
        IntStream.range(0, shards.size())
            .boxed()
            .flatMap(shard ->
                shards.get(shard).stream()
                    .map(tensor -> quoted(tensor.name()) + ":" + quoted(shardName(shard))))
            .collect(Collectors.joining(","));
    long total = shards.stream().flatMap(List::stream).mapToLong(t -> t.bytes().capacity()).sum();
    return "{\"metadata\":{\"total_size\":" + total + "},\"weight_map\":{" + map + "}}";
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
