package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.List;

/** How much a tensor of a dtype and shape holds; a scalar (shape {@code []}) has one element. */
public record TensorSize(long elements, long bytes) {

  /**
   * The checked product of the dimensions, and its bytes.
   *
   * @throws ArithmeticException if a product leaves 63 bits or the bits are not whole bytes; the
   *     message says which
   */
  public static TensorSize of(Dtype dtype, List<Long> shape) {
    long elements = 1;
    long bits;
    try {
      for (long dimension : shape) {
        elements = Math.multiplyExact(elements, dimension);
      }
      bits = Math.multiplyExact(elements, (long) dtype.bits());
    } catch (ArithmeticException e) {
      throw new ArithmeticException(
          "the size of " + dtype + " " + Printable.shape(shape) + " overflows 63 bits");
    }
    if (bits % 8 != 0) {
      throw new ArithmeticException(
          dtype + " " + Printable.shape(shape) + " is " + bits + " bits, not whole bytes");
    }
    return new TensorSize(elements, bits / 8);
  }
}
