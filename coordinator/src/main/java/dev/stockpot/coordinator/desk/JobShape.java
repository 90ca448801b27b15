package dev.stockpot.coordinator.desk;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.util.List;

/**
 * How much a job moves.
 *
 * @param readBytes of sources, each once
 * @param writtenBytes of all soups
 * @param reusesSources whether later jobs read the same sources again
 */
record JobShape(long readBytes, long writtenBytes, boolean reusesSources) {

  static JobShape of(MergeSpec spec, List<TensorTask> tasks) {
    long read = 0;
    long written = 0;
    for (TensorTask task : tasks) {
      read += task.inputBytes();
      written += spec.outputBytes(task);
    }
    return new JobShape(read, written, spec.reuseSources());
  }
}
