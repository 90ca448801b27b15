package dev.stockpot.metrics;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How often which values were seen: the positive buckets of a native histogram.
 *
 * @param schema bucket i ends at 2^(i / 2^schema)
 * @param zeros values that were as good as none
 * @param buckets counts by the buckets' indices
 */
record Spread(int schema, long zeros, TreeMap<Integer, Long> buckets) {

  static Spread of(HistogramDataPointSnapshot seen) {
    NativeHistogramBuckets positive = seen.getNativeBucketsForPositiveValues();
    TreeMap<Integer, Long> buckets = new TreeMap<>();
    for (int i = 0; i < positive.size(); i++) {
      buckets.put(positive.getBucketIndex(i), positive.getCount(i));
    }
    return new Spread(seen.getNativeSchema(), seen.getNativeZeroCount(), buckets);
  }

  /** What came after that; all, if buckets have become wider since. */
  Spread since(Spread earlier) {
    if (earlier.schema != schema) {
      return this;
    }
    TreeMap<Integer, Long> more = new TreeMap<>(buckets);
    earlier.buckets.forEach((index, count) -> more.merge(index, -count, Long::sum));
    more.values().removeIf(count -> count <= 0);
    return new Spread(schema, Math.max(0, zeros - earlier.zeros), more);
  }

  /** What so large a part of the values does not exceed; empty where there are none. */
  OptionalDouble quantile(double part) {
    long all = zeros + buckets.values().stream().mapToLong(Long::longValue).sum();
    if (all == 0) {
      return OptionalDouble.empty();
    }
    double wanted = part * all;
    double below = zeros;
    if (zeros > 0 && below >= wanted) {
      return OptionalDouble.of(0);
    }
    for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
      double within = (wanted - below) / bucket.getValue();
      if (within <= 1) {
        double exponent = bucket.getKey() - 1 + Math.max(0, within);
        return OptionalDouble.of(Math.pow(2, exponent / (1 << schema)));
      }
      below += bucket.getValue();
    }
    return OptionalDouble.of(Math.pow(2, (double) buckets.lastKey() / (1 << schema)));
  }
}
