package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds constants that are infinite on purpose, as attention masks are: buffers, by their names no
 * weights, whose bytes are the same in all checkpoints. They are copied; an average of infinities
 * would be refused, or be none.
 */
final class EqualConstants {
  /** The last parts of parameters' names. */
  private static final Set<String> PARAMETERS = Set.of("weight", "bias", "gamma", "beta");

  /** Masks have some megabytes; what is larger is no constant that anybody would store. */
  private static final long LARGEST = 64L << 20;

  private final List<Ingredient> all;

  EqualConstants(List<Ingredient> all) {
    this.all = all;
  }

  /**
   * Whether the tensor is one. Reads its bytes, unless its name or size says that it is none.
   *
   * @throws dev.stockpot.checkpoint.problem.CheckpointException if a file cannot be read
   */
  boolean contain(String name) {
    if (PARAMETERS.contains(name.substring(name.lastIndexOf('.') + 1))) {
      return false;
    }
    List<TensorLocation> tensors =
        all.stream()
            .map(each -> Optional.ofNullable(each.tensors().get(name)).orElseThrow())
            .toList();
    TensorHeader first = tensors.getFirst().header();
    return first.byteSize() <= LARGEST
        && first.dtype().mergeable()
        && tensors.stream().allMatch(each -> each.header().dtype() == first.dtype())
        && TensorBytes.same(tensors)
        && TensorBytes.hasNonFinite(tensors.getFirst());
  }
}
