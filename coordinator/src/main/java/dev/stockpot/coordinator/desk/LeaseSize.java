package dev.stockpot.coordinator.desk;

import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Estimates, from above, the encoded bytes of a lease as tasks are added to it: a message much
 * larger than this would not cross a node.
 */
final class LeaseSize {

  /** Leaves room below 64 KiB for what the estimate does not see. */
  static final int LIMIT = 48 << 10;

  private static final long ENVELOPE = 1_024;
  private static final long TASK = 40;
  private static final long SOURCE = 30;
  private static final long INPUT = 90;
  private static final long STRING = 5;
  private static final long SOUP = 30;

  /** Of a source in a soup: which it is, and its numerator. */
  private static final long WEIGHT = 15;

  private final MergeSpec spec;
  private final BitSet inputs = new BitSet();
  private final BitSet shards = new BitSet();
  private long bytes;

  /**
   * A lease without tasks.
   *
   * @param shared of {@link #shared}, which is the same for every lease of a job
   */
  LeaseSize(MergeSpec spec, long shared) {
    this.spec = spec;
    this.bytes = shared;
  }

  /** What a lease of this job takes even without tasks. */
  static long shared(MergeSpec spec) {
    long bytes = ENVELOPE + text(spec.staging()) + text(spec.stagingToken());
    for (String model : spec.models()) {
      bytes += text(model);
    }
    for (SoupSpec soup : spec.soups()) {
      bytes += SOUP + text(soup.directory()) + WEIGHT * soup.sources().size();
    }
    return bytes;
  }

  private static long text(String text) {
    return STRING + text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Adds the task if the lease is still small enough with it. */
  boolean add(TensorTask task) {
    long more = TASK + text(task.tensor()) + SOURCE * task.sources().size();
    if (!shards.get(task.shard())) {
      more += text(spec.shard(task.shard()));
    }
    for (SourceRange source : task.sources()) {
      if (!inputs.get(source.input())) {
        InputRef input = spec.input(source.input());
        more += INPUT + text(input.path());
      }
    }
    if (bytes + more > LIMIT) {
      return false;
    }
    bytes += more;
    shards.set(task.shard());
    task.sources().forEach(source -> inputs.set(source.input()));
    return true;
  }
}
