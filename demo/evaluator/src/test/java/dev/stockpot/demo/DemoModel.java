package dev.stockpot.demo;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.TensorReader;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One of the demo's checkpoints, to be changed and written elsewhere. */
final class DemoModel {
  static final Path DEMO = Path.of("..").toAbsolutePath().normalize();
  static final String HEAD = "lm_head.weight";
  static final String EMBEDDINGS = "model.embed_tokens.weight";

  private record Tensor(Dtype dtype, List<Long> shape, ByteBuffer bytes) {}

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> files = new LinkedHashMap<>();

  private DemoModel() {}

  static DemoModel named(String name) throws IOException {
    DemoModel model = new DemoModel();
    Path directory = DEMO.resolve(name);
    for (String file : List.of("config.json", "tokenizer.json")) {
      model.files.put(file, Files.readString(directory.resolve(file)));
    }
    try (TensorReader reader = new TensorReader()) {
      for (TensorLocation tensor : Checkpoint.open(directory).tensors().values()) {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.header().byteSize());
        reader.read(tensor, 0, bytes);
        TensorHeader header = tensor.header();
        model.tensors.put(header.name(), new Tensor(header.dtype(), header.shape(), bytes.flip()));
      }
    }
    return model;
  }

  /** Replaces text of a file, which must be there. */
  DemoModel replace(String file, String text, String by) {
    files.compute(
        file,
        (_, content) -> {
          if (content == null || !content.contains(text)) {
            throw new IllegalArgumentException(file + " has no " + text);
          }
          return content.replace(text, by);
        });
    return this;
  }

  DemoModel config(String text, String by) {
    return replace("config.json", text, by);
  }

  DemoModel without(String tensor) {
    tensors.remove(tensor);
    return this;
  }

  /** Gives a tensor the type and values of another. */
  DemoModel copy(String from, String to) {
    return put(to, tensor(from));
  }

  /** Puts a tensor of zeros in the place of another, or beside the others. */
  DemoModel zero(String name, Dtype dtype, List<Long> shape) {
    long elements = shape.stream().reduce(1L, (a, b) -> a * b);
    return put(name, new Tensor(dtype, shape, ByteBuffer.allocate((int) elements * dtype.bytes())));
  }

  /** Sets every bit of a tensor, which makes it NaN. */
  DemoModel makeNan(String name) {
    Tensor tensor = tensor(name);
    byte[] bytes = new byte[tensor.bytes().capacity()];
    Arrays.fill(bytes, (byte) -1);
    return put(name, new Tensor(tensor.dtype(), tensor.shape(), ByteBuffer.wrap(bytes)));
  }

  private Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private DemoModel put(String name, Tensor tensor) {
    tensors.put(name, tensor);
    return this;
  }

  /** Makes every BF16 tensor F32 or F16, whose small numbers are rounded. */
  DemoModel as(Dtype dtype) {
    tensors.replaceAll((_, tensor) -> {
      ByteBuffer from = tensor.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      int elements = tensor.bytes().capacity() / 2;
      ByteBuffer to = ByteBuffer.allocate(elements * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < elements; i++) {
        float value = Float.intBitsToFloat(from.getShort() << 16);
        if (dtype == Dtype.F32) {
          to.putFloat(value);
        } else {
          to.putShort(Float.floatToFloat16(value));
        }
      }
      return new Tensor(dtype, tensor.shape(), to.flip());
    });
    return this;
  }

  Path writeTo(Path directory) {
    SafetensorsFixture fixture = SafetensorsFixture.checkpoint();
    tensors.forEach((name, tensor) -> {
      byte[] bytes = new byte[tensor.bytes().capacity()];
      tensor.bytes().get(0, bytes);
      fixture.tensor(name, tensor.dtype(), tensor.shape(), bytes);
    });
    files.forEach(fixture::sidecar);
    return fixture.writeTo(directory);
  }

  /** The logits behind every character of the prompt. */
  static List<float[]> logits(Path model, String prompt) throws IOException {
    Llama llama = Llama.read(model);
    int[] tokens = CharacterTokenizer.read(model, llama.config().vocabularySize()).encode(prompt);
    Sequence sequence = llama.newSequence(tokens.length);
    List<Llama.Input> inputs = new ArrayList<>();
    for (int token : tokens) {
      inputs.add(new Llama.Input(sequence, token));
    }
    return llama.read(inputs);
  }
}
