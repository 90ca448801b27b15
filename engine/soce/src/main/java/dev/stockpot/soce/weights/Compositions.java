package dev.stockpot.soce.weights;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * All ways to give each part a whole number between its own lowest and highest so that they make a
 * total. In integers, because sums of floats lose points: 0.1 + 0.2 + 0.7 is not 1.
 */
final class Compositions {
  private final List<Integer> lowest;
  private final List<Integer> highest;
  private final long total;

  /** What the parts from this place on give together at least, and at most. */
  private final long[] least;

  private final long[] most;

  /** No part, or a part whose highest is below its lowest, gives no composition. */
  Compositions(List<Integer> lowest, List<Integer> highest, long total) {
    this.lowest = List.copyOf(lowest);
    this.highest = List.copyOf(highest);
    this.total = total;
    int parts = this.lowest.size();
    least = new long[parts + 1];
    most = new long[parts + 1];
    for (int part = parts - 1; part >= 0; part--) {
      least[part] = least[part + 1] + this.lowest.get(part);
      most[part] = most[part + 1] + this.highest.get(part);
    }
  }

  /** Counts without listing, by how many ways there are to reach each partial sum. */
  BigInteger count() {
    if (isEmpty()) {
      return BigInteger.ZERO;
    }
    int sums = Math.toIntExact(total - least[0]) + 1;
    BigInteger[] ways = new BigInteger[sums];
    Arrays.fill(ways, BigInteger.ZERO);
    ways[0] = BigInteger.ONE;
    for (int part = 0; part < lowest.size(); part++) {
      ways = withPart(ways, highest.get(part) - lowest.get(part));
    }
    return ways[sums - 1];
  }

  /**
   * A sliding sum: a part that gives 0 to {@code range} reaches a sum from that many sums below.
   */
  private static BigInteger[] withPart(BigInteger[] ways, int range) {
    BigInteger[] next = new BigInteger[ways.length];
    BigInteger window = BigInteger.ZERO;
    for (int sum = 0; sum < ways.length; sum++) {
      window = window.add(ways[sum]);
      if (sum > range) {
        window = window.subtract(ways[sum - range - 1]);
      }
      next[sum] = window;
    }
    return next;
  }

  /** In ascending lexicographic order, made as they are taken. */
  Stream<List<Integer>> stream() {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new Walk(), Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL),
        false);
  }

  private boolean isEmpty() {
    boolean impossible =
        IntStream.range(0, lowest.size()).anyMatch(part -> highest.get(part) < lowest.get(part));
    return lowest.isEmpty() || impossible || total < least[0] || total > most[0];
  }

  private final class Walk implements Iterator<List<Integer>> {
    private final int[] parts = new int[lowest.size()];
    private boolean more = !isEmpty();

    Walk() {
      if (more) {
        fill(0, total);
      }
    }

    @Override
    public boolean hasNext() {
      return more;
    }

    @Override
    public List<Integer> next() {
      if (!more) {
        throw new NoSuchElementException();
      }
      List<Integer> current = IntStream.of(parts).boxed().toList();
      more = advance();
      return current;
    }

    /** The smallest continuation from this place that uses {@code left} up. */
    private void fill(int from, long left) {
      for (int part = from; part < parts.length; part++) {
        parts[part] = (int) Math.max(lowest.get(part), left - most[part + 1]);
        left -= parts[part];
      }
    }

    /** Raises the last part that can be raised while those behind it can still make up for it. */
    private boolean advance() {
      long left = 0;
      for (int part = parts.length - 1; part >= 0; part--) {
        left += parts[part];
        if (parts[part] < highest.get(part) && left - parts[part] - 1 >= least[part + 1]) {
          parts[part]++;
          fill(part + 1, left - parts[part]);
          return true;
        }
      }
      return false;
    }
  }
}
