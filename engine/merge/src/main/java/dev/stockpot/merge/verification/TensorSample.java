package dev.stockpot.merge.verification;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Chooses what stands for the whole; the same list gives the same choice always. */
final class TensorSample {

  private TensorSample() {}

  /**
   * The largest, the smallest that is not empty, and others at even distances, in the list's order.
   *
   * @param count at least 1; all are chosen where there are no more
   */
  static <T> List<T> of(List<T> tensors, ToLongFunction<T> bytes, int count) {
    int size = tensors.size();
    if (count >= size) {
      return List.copyOf(tensors);
    }
    BitSet chosen = new BitSet(size);
    Comparator<Integer> bySize =
        Comparator.comparingLong(index -> bytes.applyAsLong(tensors.get(index)));
    IntStream.range(0, size).boxed().max(bySize).ifPresent(chosen::set);
    if (count > 1) {
      IntStream.range(0, size)
          .filter(index -> bytes.applyAsLong(tensors.get(index)) > 0 && !chosen.get(index))
          .boxed()
          .min(bySize)
          .ifPresent(chosen::set);
    }
    int rest = count - chosen.cardinality();
    for (int i = 0; i < rest; i++) {
      int at = (int) ((2L * i + 1) * size / (2L * rest));
      int free = chosen.nextClearBit(at);
      chosen.set(free < size ? free : chosen.previousClearBit(at));
    }
    return chosen.stream().mapToObj(tensors::get).toList();
  }
}
