package dev.stockpot.demo;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.TensorReader;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Reads the tensors of a checkpoint as float32, which every BF16 and F16 number is too. */
final class TensorFloats implements AutoCloseable {
  private static final long MOST_PARAMETERS = 1 << 24;

  private final Checkpoint checkpoint;
  private final TensorReader reader = new TensorReader();
  private final Set<String> read = new HashSet<>();

  /**
   * Opens no file yet.
   *
   * @throws CheckpointException if the checkpoint is too large to be held here
   */
  TensorFloats(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    long parameters =
        checkpoint.tensors().values().stream().mapToLong(t -> t.header().elements()).sum();
    if (parameters > MOST_PARAMETERS) {
      throw new CheckpointException(
          Problem.inFile(
              checkpoint.path().toString(),
              "has %,d parameters, and this evaluator holds %,d at most; score it with another, such as demo/evaluate.py"
                  .formatted(parameters, MOST_PARAMETERS)));
    }
  }

  /** The values of a tensor, which must be of this shape, the last dimension's side by side. */
  float[] values(String name, long... dimensions) {
    List<Long> shape = Arrays.stream(dimensions).boxed().toList();
    TensorLocation tensor = checkpoint.tensors().get(name);
    if (tensor == null) {
      throw new CheckpointException(
          new Problem(
              checkpoint.path().toString(), name, "is missing; export the checkpoint again"));
    }
    TensorHeader header = tensor.header();
    if (!header.shape().equals(shape)) {
      throw new CheckpointException(
          problem(
              tensor,
              "has the shape %s, but by config.json it has %s"
                  .formatted(Printable.shape(header.shape()), Printable.shape(shape))));
    }
    read.add(name);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(header.byteSize())).order(ByteOrder.LITTLE_ENDIAN);
    reader.read(tensor, 0, bytes);
    return decode(tensor, bytes.flip());
  }

  /** Refuses the checkpoint if it has tensors that were not read, apart from harmless ones. */
  void refuseOthers(Predicate<String> harmless) {
    List<Problem> others =
        checkpoint.tensors().values().stream()
            .filter(tensor -> !read.contains(tensor.header().name()))
            .filter(tensor -> !harmless.test(tensor.header().name()))
            .map(tensor -> problem(tensor, "is no part of a Llama as its config.json describes it"))
            .toList();
    if (!others.isEmpty()) {
      throw new CheckpointException(others);
    }
  }

  private static float[] decode(TensorLocation tensor, ByteBuffer bytes) {
    Dtype dtype = tensor.header().dtype();
    float[] values = new float[(int) tensor.header().elements()];
    switch (dtype) {
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat(bytes.getShort() << 16);
        }
      }
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.float16ToFloat(bytes.getShort());
        }
      }
      case F32 -> bytes.asFloatBuffer().get(values);
      default ->
          throw new CheckpointException(
              problem(tensor, "is " + dtype + "; this evaluator reads BF16, F16 and F32"));
    }
    return values;
  }

  private static Problem problem(TensorLocation tensor, String message) {
    return new Problem(tensor.file().path().toString(), tensor.header().name(), message);
  }

  @Override
  public void close() {
    reader.close();
  }
}
