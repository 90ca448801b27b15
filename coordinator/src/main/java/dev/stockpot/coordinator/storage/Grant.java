package dev.stockpot.coordinator.storage;

import dev.stockpot.coordinator.storage.DataAccess.AccessEndedException;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.protocol.LeaseId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What one lease opens, until it is over. */
final class Grant {

  private final LeaseId lease;
  private final Set<Integer> inputs = new HashSet<>();
  private final Map<Integer, TensorTask> tasks = new HashMap<>();
  private volatile boolean over;

  Grant(LeaseId lease, Collection<TensorTask> tasks) {
    this.lease = lease;
    for (TensorTask task : tasks) {
      this.tasks.put(task.id(), task);
      for (SourceRange source : task.sources()) {
        inputs.add(source.input());
      }
    }
  }

  LeaseId lease() {
    return lease;
  }

  boolean reads(int input) {
    return inputs.contains(input);
  }

  /** The task, if the lease has it. */
  @Nullable TensorTask task(int id) {
    return tasks.get(id);
  }

  void end() {
    over = true;
  }

  void demand() throws AccessEndedException {
    if (over) {
      throw new AccessEndedException("lease " + lease.number() + " of " + lease.run());
    }
  }

  /** The same, for a stage of a future. */
  void confirm() {
    try {
      demand();
    } catch (AccessEndedException e) {
      throw new CompletionException(e);
    }
  }
}
