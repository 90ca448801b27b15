package dev.stockpot.coordinator.desk;

import dev.stockpot.checkpoint.safetensors.Dtype;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Tasks for tests that look only at their number and size. */
final class Tasks {

  static final Duration TERM = Duration.ofSeconds(30);
  static final LeaseLimits LIMITS = new LeaseLimits(256, 64L << 20, 128);

  private Tasks() {}

  /** So many tasks that each read two thirds of their traffic and write one third. */
  static List<TensorTask> ofTraffic(int count, long traffic) {
    return IntStream.range(0, count).mapToObj(id -> task(id, traffic / 3)).toList();
  }

  /** A board of so many tasks of so much traffic each. */
  static TaskBoard board(String run, int tasks, long traffic, LeaseLimits limits) {
    return new TaskBoard(spec(run), ofTraffic(tasks, traffic), List.of(), TERM, limits);
  }

  static MergeSpec spec(String run) {
    return spec(run, 1);
  }

  /** Of a job that makes so many soups. */
  static MergeSpec spec(String run, int soups) {
    return new MergeSpec(
        run,
        List.of("a", "b"),
        Map.of(0, input("a"), 1, input("b")),
        Collections.nCopies(soups, new SoupSpec("", List.of(0, 1), IntegerWeights.over(3, 1, 2))),
        "/out/.soup.stockpot/shards",
        "token",
        Map.of(0, "model.safetensors"),
        NonFinitePolicy.FAIL,
        false);
  }

  private static InputRef input(String model) {
    return new InputRef("/models/" + model + "/model.safetensors", 1, Instant.EPOCH, "00ff");
  }

  static Receipt receipt(int task) {
    return new Receipt(task, List.of(new Receipt.Output(0, 0, 0)), List.of(0, 0), StageNanos.ZERO);
  }

  static TensorTask named(TensorTask task, String name) {
    return copy(task.id(), name, task, task.sources());
  }

  static TensorTask withId(TensorTask task, int id) {
    return copy(id, task.tensor(), task, task.sources());
  }

  static TensorTask withSources(TensorTask task, List<SourceRange> sources) {
    return copy(task.id(), task.tensor(), task, sources);
  }

  private static TensorTask copy(int id, String name, TensorTask of, List<SourceRange> sources) {
    return new TensorTask(
        id,
        name,
        of.operation(),
        of.firstElement(),
        of.elements(),
        sources,
        of.dtype(),
        of.shard(),
        of.offset(),
        of.length());
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
