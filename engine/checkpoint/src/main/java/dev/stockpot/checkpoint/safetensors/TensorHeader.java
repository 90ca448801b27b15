package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.List;

/**
 * One tensor as a safetensors header describes it.
 *
 * @param name unescaped; may be empty
 * @param shape outermost dimension first; empty for a scalar; a dimension may be zero
 * @param begin first byte, relative to the data section (not to the file)
 * @param end one past the last byte, relative to the data section
 */
public record TensorHeader(String name, Dtype dtype, List<Long> shape, long begin, long end) {

  /** Checks that the bytes are the shape's and copies it. */
  public TensorHeader {
    shape = List.copyOf(shape);
    if (begin < 0 || end - begin != TensorSize.of(dtype, shape).bytes()) {
      throw new IllegalArgumentException(
          "%s: [%d, %d] is not the place of %s %s"
              .formatted(Printable.text(name), begin, end, dtype, shape));
    }
  }

  /** The product of the dimensions; 1 for a scalar. */
  public long elements() {
    return TensorSize.of(dtype, shape).elements();
  }

  public long byteSize() {
    return end - begin;
  }
}
