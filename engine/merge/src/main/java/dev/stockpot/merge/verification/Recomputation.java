package dev.stockpot.merge.verification;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.kernel.Crc32cs;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.ComparingSink.Difference;
import dev.stockpot.merge.verification.OutputTensors.Stored;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors again from the inputs, on all cores, and compares them with the output: the tasks
 * and the kernels of the merge itself, with a sink that compares in the place of one that writes.
 */
final class Recomputation {

  /** All threads' chunks together, whatever the number of models and cores. */
  private static final long BUFFER_BYTES = 128 << 20;

  private final PlannedMerge planned;
  private final MergeSpec spec;
  private final List<TensorTask> tasks;
  private final OpenFiles files = new OpenFiles();
  private final AtomicInteger next = new AtomicInteger();
  private final Map<Integer, Outcome> outcomes = new ConcurrentHashMap<>();

  /** How one task went: it has a receipt or a failure. */
  private record Outcome(
      @Nullable Receipt receipt, Optional<Difference> difference, @Nullable String failure) {}

  private Recomputation(PlannedMerge planned, List<TensorTask> tasks) {
    this.planned = planned;
    this.tasks = tasks;
    MergeSpec written = planned.spec("verify", planned.plan().output().path(), "");
    // Changed inputs may hold NaN; that is told as a difference, not as a fault of the plan.
    this.spec =
        new MergeSpec(
            written.run(),
            written.models(),
            written.inputs(),
            written.soups(),
            written.staging(),
            written.stagingToken(),
            written.shards(),
            NonFinitePolicy.WARN,
            false);
  }

  /**
   * The problems of the tensors, at most one each, in their order.
   *
   * @param planned the merge that made the output; lays it out as it is
   */
  static List<Problem> problems(PlannedMerge planned, List<Stored> tensors) {
    Map<String, List<TensorTask>> byTensor =
        planned.tasks().stream().collect(Collectors.groupingBy(TensorTask::tensor));
    Function<Stored, List<TensorTask>> tasksOf =
        stored -> byTensor.getOrDefault(stored.tensor().name(), List.of());
    Recomputation run =
        new Recomputation(
            planned, tensors.stream().flatMap(stored -> tasksOf.apply(stored).stream()).toList());
    run.runAll();
    List<Problem> problems = new ArrayList<>();
    for (Stored stored : tensors) {
      run.verdict(stored, tasksOf.apply(stored)).map(stored::problem).ifPresent(problems::add);
    }
    return problems;
  }

  private void runAll() {
    int threads = Math.clamp(tasks.size(), 1, Runtime.getRuntime().availableProcessors());
    int buffers = planned.plan().models().size() + 2;
    int chunk =
        (int)
            Math.clamp(
                BUFFER_BYTES / threads / buffers / 64 * 64, 4096, ChunkLoop.DEFAULT_CHUNK_BYTES);
    KernelProvider kernels = Kernels.best();
    try (files;
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      CompletableFuture.allOf(
              Stream.generate(
                      () -> CompletableFuture.runAsync(() -> work(kernels, chunk), executor))
                  .limit(threads)
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }

  private void work(KernelProvider kernels, int chunk) {
    ComparingSink sink = new ComparingSink(files, chunk);
    try (ChunkLoop loop = new ChunkLoop(kernels.newKernel(), chunk)) {
      for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
        TensorTask task = tasks.get(i);
        outcomes.put(task.id(), run(task, loop, sink));
      }
    }
  }

  private Outcome run(TensorTask task, ChunkLoop loop, ComparingSink sink) {
    try {
      Receipt receipt = loop.run(files, sink, spec, task, () -> false);
      return new Outcome(receipt, sink.takeDifference(), null);
    } catch (MergeException | IOException e) {
      sink.takeDifference();
      return new Outcome(null, Optional.empty(), "cannot be recomputed: " + e.getMessage());
    }
  }

  private Optional<String> verdict(Stored stored, List<TensorTask> pieces) {
    List<Outcome> results =
        pieces.stream().map(piece -> Objects.requireNonNull(outcomes.get(piece.id()))).toList();
    Optional<String> failure =
        results.stream().map(Outcome::failure).filter(Objects::nonNull).findFirst();
    return failure
        .or(() -> changedSource(stored, pieces, results))
        .or(() ->
            results.stream()
                .map(Outcome::difference)
                .flatMap(Optional::stream)
                .findFirst()
                .map(Difference::message));
  }

  /** A difference says nothing about the merge where the inputs are others now. */
  private Optional<String> changedSource(
      Stored stored, List<TensorTask> pieces, List<Outcome> results) {
    if (pieces.isEmpty()) {
      return Optional.empty();
    }
    List<SourceRange> sources = pieces.getFirst().sources();
    List<String> written = stored.tensor().sources();
    if (written.size() != sources.size()) {
      return Optional.of("the manifest has no checksum for each of its sources");
    }
    for (int k = 0; k < written.size(); k++) {
      long sum = 0;
      for (int i = 0; i < pieces.size(); i++) {
        int crc = Objects.requireNonNull(results.get(i).receipt()).sourceCrcs().get(k);
        sum =
            Crc32cs.combine(
                sum, Integer.toUnsignedLong(crc), pieces.get(i).sources().get(k).length());
      }
      String found = HexFormat.of().toHexDigits((int) sum);
      if (!found.equals(written.get(k))) {
        return Optional.of(
            "cannot be recomputed: its bytes in %s are not those that were merged (checksum %s, was %s)"
                .formatted(spec.models().get(sources.get(k).model()), found, written.get(k)));
      }
    }
    return Optional.empty();
  }
}
