package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.Printable;
import java.util.List;

/** A tensor to be written: what the header will say of it, without its place. */
public record OutputTensor(String name, Dtype dtype, List<Long> shape) {

  /**
   * Checks the tensor and copies the shape.
   *
   * @throws IllegalArgumentException if the name cannot stand in a header, or the shape is not
   *     whole bytes in 63 bits
   */
  public OutputTensor {
    shape = List.copyOf(shape);
    if (name.equals("__metadata__") || !StrictJson.isUnicode(name)) {
      throw new IllegalArgumentException("no name for a tensor: " + Printable.quoted(name));
    }
    if (shape.stream().anyMatch(dimension -> dimension < 0)) {
      throw new IllegalArgumentException(
          Printable.quoted(name) + " has a negative dimension: " + Printable.shape(shape));
    }
    try {
      TensorSize.of(dtype, shape);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(Printable.quoted(name) + ": " + e.getMessage(), e);
    }
  }

  public long byteSize() {
    return TensorSize.of(dtype, shape).bytes();
  }
}
