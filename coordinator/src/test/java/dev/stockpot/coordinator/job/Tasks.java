package dev.stockpot.coordinator.job;

import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import java.util.List;
import java.util.stream.IntStream;

/** Tasks for tests that look only at their number and size. */
final class Tasks {

  private Tasks() {}

  /** So many tasks that each read two thirds of their traffic and write one third. */
  static List<TensorTask> ofTraffic(int count, long traffic) {
    return IntStream.range(0, count).mapToObj(id -> task(id, traffic / 3)).toList();
  }

  private static TensorTask task(int id, long length) {
    List<SourceRange> sources =
        List.of(
            new SourceRange(0, 0, id * length, length, Dtype.BF16),
            new SourceRange(1, 1, id * length, length, Dtype.BF16));
    return new TensorTask(
        id,
        "tensor." + id,
        Operation.MERGE,
        0,
        length / 2,
        sources,
        Dtype.BF16,
        0,
        id * length,
        length);
  }
}
