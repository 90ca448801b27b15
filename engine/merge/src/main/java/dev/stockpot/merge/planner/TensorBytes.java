package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.TensorReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Iterator;

/** Looks at tensors' bytes, where headers do not tell what becomes of them. */
final class TensorBytes {
  private static final int CHUNK = 1 << 20;

  private TensorBytes() {}

  /**
   * Whether all of them hold the same bytes. Reads up to the first chunk that differs.
   *
   * @throws dev.stockpot.checkpoint.problem.CheckpointException if a file cannot be read
   */
  static boolean same(Collection<TensorLocation> tensors) {
    TensorLocation first = tensors.iterator().next();
    long size = first.header().byteSize();
    if (tensors.stream().anyMatch(each -> each.header().byteSize() != size)) {
      return false;
    }
    try (TensorReader reader = new TensorReader()) {
      ByteBuffer one = ByteBuffer.allocate((int) Math.min(size, CHUNK));
      ByteBuffer other = ByteBuffer.allocate(one.capacity());
      for (long at = 0; at < size; at += CHUNK) {
        read(reader, first, at, one);
        Iterator<TensorLocation> others = tensors.iterator();
        others.next();
        while (others.hasNext()) {
          read(reader, others.next(), at, other);
          if (!one.equals(other)) {
            return false;
          }
        }
      }
      return true;
    }
  }

  private static void read(TensorReader reader, TensorLocation tensor, long at, ByteBuffer into) {
    into.clear().limit((int) Math.min(into.capacity(), tensor.header().byteSize() - at));
    reader.read(tensor, at, into);
    into.flip();
  }

  /**
   * Whether a tensor of a mergeable dtype holds NaN or infinity: an exponent of ones.
   *
   * @throws dev.stockpot.checkpoint.problem.CheckpointException if the file cannot be read
   */
  static boolean hasNonFinite(TensorLocation tensor) {
    long size = tensor.header().byteSize();
    try (TensorReader reader = new TensorReader()) {
      ByteBuffer chunk =
          ByteBuffer.allocate((int) Math.min(size, CHUNK)).order(ByteOrder.LITTLE_ENDIAN);
      for (long at = 0; at < size; at += CHUNK) {
        read(reader, tensor, at, chunk);
        while (chunk.hasRemaining()) {
          if (nonFinite(tensor, chunk)) {
            return true;
          }
        }
      }
      return false;
    }
  }

  private static boolean nonFinite(TensorLocation tensor, ByteBuffer at) {
    return switch (tensor.header().dtype()) {
      case BF16 -> (at.getShort() & 0x7f80) == 0x7f80;
      case F16 -> (at.getShort() & 0x7c00) == 0x7c00;
      case F32 -> !Float.isFinite(at.getFloat());
      case F64 -> !Double.isFinite(at.getDouble());
      default -> throw new IllegalArgumentException("not merged: " + tensor.header().dtype());
    };
  }
}
