package dev.stockpot.merge.execution;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.kernel.NonFinite;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * What a task has come to so far: its bytes pass through here on their way from the readers and to
 * the sink, and are summed and timed. For one thread.
 */
public final class TaskProgress {

  /** What was written into one soup. */
  private static final class Written {
    private final CRC32C crc = new CRC32C();
    private NonFinite nonFinite = NonFinite.NONE;

    Receipt.Output output() {
      return new Receipt.Output((int) crc.getValue(), nonFinite.nan(), nonFinite.infinity());
    }
  }

  private final MergeSpec spec;
  private final TensorTask task;
  private final List<CRC32C> sources;
  private final List<Written> outputs;
  private long readNanos;
  private long mergeNanos;
  private long writeNanos;

  /** A task of which nothing is done. */
  public TaskProgress(MergeSpec spec, TensorTask task) {
    this.spec = spec;
    this.task = task;
    this.sources = IntStream.range(0, task.sources().size()).mapToObj(_ -> new CRC32C()).toList();
    this.outputs = spec.soups().stream().map(_ -> new Written()).toList();
  }

  /** Fills the target with a source's next bytes. */
  public void read(int source, RangeReader reader, MemorySegment target) throws IOException {
    long start = System.nanoTime();
    reader.read(target);
    long read = System.nanoTime();
    sources.get(source).update(target.asByteBuffer());
    readNanos += read - start;
    mergeNanos += System.nanoTime() - read;
  }

  /**
   * Writes a soup's next bytes.
   *
   * @param from position of the first of them within the task's bytes of that soup
   */
  public void write(ChunkSink sink, int soup, long from, MemorySegment bytes) throws IOException {
    long start = System.nanoTime();
    outputs.get(soup).crc.update(bytes.asByteBuffer());
    long summed = System.nanoTime();
    sink.write(spec, task, soup, from, bytes);
    mergeNanos += summed - start;
    writeNanos += System.nanoTime() - summed;
  }

  /** Elements of a soup were merged. */
  public void merged(int soup, NonFinite found) {
    Written written = outputs.get(soup);
    written.nonFinite = written.nonFinite.plus(found);
  }

  /** Time went by in merging. */
  public void mergedFor(long nanos) {
    mergeNanos += nanos;
  }

  /** CRC-32C of what was read of a source so far. */
  public int sourceCrc(int source) {
    return (int) sources.get(source).getValue();
  }

  /**
   * The receipt of all that has passed.
   *
   * @param sourceCrcs of the task's sources, however they came
   */
  public Receipt receipt(List<Integer> sourceCrcs) {
    return new Receipt(
        task.id(),
        outputs.stream().map(Written::output).toList(),
        sourceCrcs,
        new StageNanos(readNanos, mergeNanos, writeNanos));
  }

  /** The receipt of a task whose sources were all read here. */
  public Receipt receipt() {
    return receipt(sources.stream().map(crc -> (int) crc.getValue()).toList());
  }
}
