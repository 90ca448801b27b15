package dev.stockpot.coordinator;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** A CPU executor that does a task, fails it, or never comes to its end, as a script says. */
final class ScriptedExecutor implements DeviceExecutor {

  /** What becomes of a task. */
  sealed interface Fate {
    /** It is merged. */
    record Done() implements Fate {}

    /** Nothing is heard of it any more. */
    record Lost() implements Fate {}

    /** It fails. */
    record Failed(Failure failure) implements Fate {}
  }

  static final Fate DONE = new Fate.Done();
  static final Fate LOST = new Fate.Lost();

  private final CpuExecutor cpu = new CpuExecutor(new CpuSettings(2, 64), Kernels.best());
  private final Function<TensorTask, Fate> script;

  ScriptedExecutor(Function<TensorTask, Fate> script) {
    this.script = script;
  }

  @Override
  public Device device() {
    return cpu.device();
  }

  @Override
  public long capacity() {
    return cpu.capacity();
  }

  @Override
  public void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    List<TensorTask> merged = new ArrayList<>();
    List<Outcome> failed = new ArrayList<>();
    for (TensorTask task : tasks) {
      switch (script.apply(task)) {
        case Fate.Done _ -> merged.add(task);
        case Fate.Lost _ -> {}
        case Fate.Failed(Failure failure) ->
            failed.add(new Outcome.Failed(lease, task.id(), failure));
      }
    }
    cpu.submit(lease, spec, merged, access, done);
    if (!failed.isEmpty()) {
      done.accept(failed);
    }
  }

  @Override
  public Leases leases() {
    return cpu.leases();
  }

  @Override
  public void close() {
    cpu.close();
  }
}
