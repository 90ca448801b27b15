package dev.stockpot.worker.actor;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/** Tasks for a {@link FakeExecutor}; none of their files is there. */
public final class FakeTasks {

  private FakeTasks() {}

  static TensorTask task(int id) {
    return new TensorTask(
        id, "t" + id, Operation.MERGE, 0, 1, List.of(), Dtype.BF16, 0, 2L * id, 2);
  }

  /** A lease of the tasks of these ids. */
  static MergeTensors lease(LeaseId id, ActorRef<WorkerEvent> replyTo, int... tasks) {
    return new MergeTensors(
        id,
        spec(id.run()),
        IntStream.of(tasks).mapToObj(FakeTasks::task).toList(),
        Optional.empty(),
        replyTo);
  }

  private static MergeSpec spec(String job) {
    return new MergeSpec(
        job,
        List.of("m"),
        Map.of(0, new InputRef("in", 2, Instant.EPOCH, "")),
        List.of(new SoupSpec("", List.of(0), IntegerWeights.over(1, 1))),
        "staging",
        "token",
        Map.of(0, "out"),
        NonFinitePolicy.FAIL,
        false);
  }
}
