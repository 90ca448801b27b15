package dev.stockpot.merge;

import dev.stockpot.merge.kernel.IntegerWeights;
import java.util.List;

/**
 * How one soup of a job is made from the sources that its tasks read.
 *
 * @param directory where its shards lie below {@link MergeSpec#staging()}; empty for that directory
 *     itself
 * @param sources which of a merged task's sources it is made of, by index, in plan order
 * @param weights one for each of them
 */
public record SoupSpec(String directory, List<Integer> sources, IntegerWeights weights) {
  public SoupSpec {
    sources = List.copyOf(sources);
    if (sources.size() != weights.numerators().size()) {
      throw new IllegalArgumentException(
          sources.size() + " sources for " + weights.numerators().size() + " weights");
    }
  }
}
