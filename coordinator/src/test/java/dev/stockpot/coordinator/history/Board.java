package dev.stockpot.coordinator.history;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.coordinator.history.HistoryEvent.LeaseEnd;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events of a merge of two models into two shards, of tasks of 100 bytes that read 200. */
record Board(String job, String run, List<TensorTask> tasks) {

  static final int SHARD_TASKS = 10;

  /** Of so many tasks, each a tensor. */
  static Board of(String job, int tasks) {
    List<TensorTask> all = new ArrayList<>();
    for (int id = 0; id < tasks; id++) {
      int shard = id / SHARD_TASKS;
      all.add(
          new TensorTask(
              id,
              "tensor-" + id,
              Operation.MERGE,
              0,
              50,
              List.of(
                  new SourceRange(0, 0, 0, 100, Dtype.BF16),
                  new SourceRange(1, 1, 0, 100, Dtype.BF16)),
              Dtype.BF16,
              shard,
              8 + 100L * (id % SHARD_TASKS),
              100));
    }
    return new Board(job, job + ".run", all);
  }

  static JobView view(String job, JobStatus status) {
    Instant time = Instant.ofEpochMilli(1_000);
    return new JobView(
        job,
        status,
        0,
        "plan.yaml",
        List.of("/models/soup"),
        0,
        1,
        time,
        status == JobStatus.QUEUED ? Optional.empty() : Optional.of(time.plusSeconds(1)),
        status.isTerminal() ? Optional.of(time.plusSeconds(60)) : Optional.empty(),
        JobProgress.NONE,
        Optional.empty());
  }

  HistoryEvent opened(long at, Integer... kept) {
    Map<Integer, String> shards = new java.util.HashMap<>();
    tasks.forEach(task -> shards.put(task.shard(), "model-" + task.shard() + ".safetensors"));
    InputRef input = new InputRef("/models/a/model.safetensors", 1, Instant.EPOCH, "00ff");
    MergeSpec spec =
        new MergeSpec(
            run,
            List.of("a", "b"),
            Map.of(0, input, 1, input),
            List.of(new SoupSpec("", List.of(0, 1), IntegerWeights.over(3, 1, 2))),
            "/out/.soup.stockpot/shards",
            "token",
            shards,
            NonFinitePolicy.FAIL,
            false);
    return new HistoryEvent.BoardOpened(at, job, run, spec, tasks, List.of(kept));
  }

  HistoryEvent closed(long at) {
    return new HistoryEvent.BoardClosed(at, job, run, 0);
  }

  HistoryEvent granted(long at, long lease, String worker, Integer... ids) {
    return new HistoryEvent.LeaseGranted(
        at, job, run, lease(lease), worker, Arrays.stream(ids).map(tasks::get).toList());
  }

  HistoryEvent completed(long at, long lease, String worker) {
    return new HistoryEvent.LeaseCompleted(at, job, run, lease(lease), worker);
  }

  HistoryEvent ended(long at, long lease, String worker, Integer... ids) {
    return new HistoryEvent.LeaseEnded(
        at, job, run, lease(lease), worker, LeaseEnd.SILENT, List.of(ids));
  }

  /** Each took three milliseconds. */
  HistoryEvent.TasksRecorded recorded(long at, long lease, String worker, Integer... ids) {
    return new HistoryEvent.TasksRecorded(
        at, job, run, lease(lease), worker, Arrays.stream(ids).map(this::done).toList());
  }

  private Done done(int id) {
    return new Done(
        tasks.get(id),
        new Receipt(
            id,
            List.of(new Receipt.Output(0, 0, 0)),
            List.of(0, 0),
            new StageNanos(1_000_001, 999_983, 1_000_016)));
  }

  HistoryEvent failed(long at, long lease, String worker, int task) {
    return new HistoryEvent.TaskFailed(
        at,
        job,
        run,
        lease(lease),
        worker,
        task,
        new Failure(Failure.Kind.TRANSIENT, "no luck"),
        true);
  }

  private LeaseId lease(long number) {
    return new LeaseId(run, number);
  }
}
