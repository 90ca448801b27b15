package dev.stockpot.coordinator.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import dev.stockpot.checkpoint.ShardLayout;
import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagedBytes;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.manifest.Manifest;
import dev.stockpot.merge.plan.NonFinitePolicy;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * One merge from its plan to its output. It recovers what an earlier run recorded, plans, checks or
 * allocates the staged shards, leases tasks to the workers that report, records their receipts, and
 * commits. Everything that blocks runs on the blocking dispatcher and comes back as a message.
 */
public final class MergeJob extends EventSourcedBehavior<MergeJob.Message, JobEvent, JobState> {

  private static final String JOURNAL_PLUGIN = "stockpot-journal-";
  private static final AtomicInteger JOURNALS = new AtomicInteger();

  /** What a job understands. */
  public sealed interface Message {}

  /** A worker's word, passed on by the coordinator or sent in answer to a lease. */
  public record FromWorker(WorkerEvent event) implements Message {}

  private record Planned(PlannedMerge planned, boolean finished) implements Message {}

  private record StagingChecked(List<Integer> mismatches) implements Message {}

  private record StagingAllocated() implements Message {}

  private record Committed(Manifest manifest) implements Message {}

  private record Aborted(Failure failure) implements Message {}

  private record LeaseCheck() implements Message {}

  private record ProgressTick() implements Message {}

  private final ActorContext<Message> context;
  private final TimerScheduler<Message> timers;
  private final MergeOrder order;
  private final CoordinatorSettings settings;
  private final ActorRef<JobUpdate> follower;
  private final ActorRef<WorkerEvent> self;
  private final String journal;
  private final long startNanos = System.nanoTime();
  private final Map<String, Present> workers = new HashMap<>();
  private @Nullable PlannedMerge planned;
  private @Nullable Run run;
  private boolean committing;

  private MergeJob(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      MergeOrder order,
      CoordinatorSettings settings,
      ActorRef<JobUpdate> follower) {
    super(PersistenceId.ofUniqueId("merge"));
    this.context = context;
    this.timers = timers;
    this.order = order;
    this.settings = settings;
    this.follower = follower;
    this.self = context.messageAdapter(WorkerEvent.class, FromWorker::new);
    this.journal = JOURNAL_PLUGIN + JOURNALS.incrementAndGet();
  }

  /** The merging phase: exists while tasks are leased. */
  private record Run(MergeSpec spec, TaskBoard board, int kept) {}

  /** A worker as it reported last, and when. */
  private record Present(WorkerReported report, long sinceNanos) {}

  /** A job that begins, or goes on, at once. */
  public static Behavior<Message> create(
      MergeOrder order, CoordinatorSettings settings, ActorRef<JobUpdate> follower) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new MergeJob(context, timers, order, settings, follower)));
  }

  @Override
  public String journalPluginId() {
    return journal;
  }

  @Override
  public Optional<Config> journalPluginConfig() {
    return Optional.of(
        settings
            .journal()
            .withValue(
                "directory",
                ConfigValueFactory.fromAnyRef(order.staging().journalDirectory().toString()))
            .atPath(journal));
  }

  @Override
  public JobState emptyState() {
    return new JobState();
  }

  @Override
  public EventHandler<JobState, JobEvent> eventHandler() {
    return JobState::apply;
  }

  @Override
  public SignalHandler<JobState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (_, _) -> onRecovered())
        .build();
  }

  @Override
  public CommandHandler<Message, JobEvent, JobState> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onAnyCommand((state, message) ->
            switch (message) {
              case Planned plan -> onPlanned(state, plan);
              case StagingChecked checked -> onStagingChecked(state, checked.mismatches());
              case StagingAllocated _ -> onStagingAllocated(state);
              case FromWorker(WorkerReported report) -> onWorkerReported(report);
              case FromWorker(TensorsMerged merged) -> onTensorsMerged(state, merged);
              case FromWorker(TensorFailed failed) -> onTensorFailed(state, failed);
              case LeaseCheck _ -> onLeaseCheck();
              case ProgressTick _ -> onProgressTick(state);
              case Committed committed -> onCommitted(state, committed.manifest());
              case Aborted aborted -> onAborted(state, aborted.failure());
            });
  }

  private void onRecovered() {
    blocking(() -> {
      PlannedMerge plan = MergePlanner.plan(order.plan());
      boolean finished = OutputCommit.isFinished(plan);
      if (!finished && !order.replace() && OutputCommit.exists(order.plan().output().path())) {
        throw MergeException.userInput(
            "%s: exists already, and is not this plan's result; choose another output path, or use --force to replace it"
                .formatted(order.plan().output().path()));
      }
      return new Planned(plan, finished);
    });
  }

  private Effect<JobEvent, JobState> onPlanned(JobState state, Planned plan) {
    planned = plan.planned();
    if (plan.finished()) {
      return finish(summary(plan.planned(), true, 0, 0, 0, 0, 0, StageNanos.ZERO));
    }
    String fingerprint = plan.planned().fingerprint();
    StagingArea staging = order.staging();
    if (state.fingerprint().equals(Optional.of(fingerprint))
        && staging.isAllocated(plan.planned().layout())) {
      List<Receipt> receipts = List.copyOf(state.receipts());
      blocking(() -> new StagingChecked(worthless(plan.planned(), receipts)));
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.Accepted(fingerprint, plan.planned().tasks().size()))
        .thenRun(_ ->
            blocking(() -> {
              staging.allocate(plan.planned().layout());
              return new StagingAllocated();
            }));
  }

  /**
   * Tasks that an earlier run recorded and that must be done again: their bytes changed, or they
   * hold what the plan, which was another in this, now forbids and whose place is to be told.
   */
  private List<Integer> worthless(PlannedMerge plan, List<Receipt> receipts) {
    Predicate<Receipt> forbidden =
        receipt ->
            plan.plan().nonFinite() == NonFinitePolicy.FAIL
                && receipt.nan() + receipt.infinity() > 0;
    List<Integer> mismatches =
        StagedBytes.mismatches(
            order.staging().shards(),
            plan.layout().shards().stream().map(ShardLayout::fileName).toList(),
            plan.tasks(),
            receipts.stream().filter(forbidden.negate()).toList());
    return Stream.concat(
            receipts.stream().filter(forbidden).map(Receipt::task), mismatches.stream())
        .toList();
  }

  private Effect<JobEvent, JobState> onStagingChecked(JobState state, List<Integer> mismatches) {
    if (mismatches.isEmpty()) {
      begin(state, 0);
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.ReceiptsRevoked(mismatches))
        .thenRun(now -> begin(now, mismatches.size()));
  }

  private Effect<JobEvent, JobState> onStagingAllocated(JobState state) {
    begin(state, 0);
    return Effect().none();
  }

  private void begin(JobState state, int revoked) {
    PlannedMerge plan = Objects.requireNonNull(planned);
    List<Integer> kept = state.receipts().stream().map(Receipt::task).toList();
    // Not the fingerprint alone: receipts and leases of another run must not pass for this one's.
    String job = plan.fingerprint() + "-" + UUID.randomUUID();
    Run begun =
        new Run(
            plan.spec(job, order.staging().shards()),
            new TaskBoard(job, plan.tasks(), kept, settings.leaseTerm()),
            kept.size());
    run = begun;
    follower.tell(new JobUpdate.Started(plan, kept.size(), revoked));
    timers.startTimerWithFixedDelay(new LeaseCheck(), settings.leaseCheck());
    timers.startTimerWithFixedDelay(new ProgressTick(), settings.progress());
    workers.values().forEach(worker -> assign(begun, worker.report()));
    commitIfComplete(state);
  }

  private Effect<JobEvent, JobState> onWorkerReported(WorkerReported report) {
    long now = System.nanoTime();
    Present before = workers.put(report.worker().name(), new Present(report, now));
    if (run == null) {
      return Effect().none();
    }
    if (before != null && !before.report().worker().equals(report.worker())) {
      run.board().lose(before.report().worker());
    }
    for (LeaseId lease : run.board().renew(report.worker(), report.held(), now)) {
      report.ref().tell(new CloseLease(lease));
    }
    assign(run, report);
    return Effect().none();
  }

  private void assign(Run running, WorkerReported worker) {
    Optional<TaskBoard.Grant> grant;
    do {
      grant = running.board().lease(worker.worker(), worker.capacity(), System.nanoTime());
      grant.ifPresent(lease ->
          worker.ref().tell(new MergeTensors(lease.lease(), running.spec(), lease.tasks(), self)));
    } while (grant.isPresent());
  }

  private Effect<JobEvent, JobState> onTensorsMerged(JobState state, TensorsMerged merged) {
    if (run == null || !merged.lease().job().equals(run.spec().job())) {
      return Effect().none();
    }
    List<Receipt> fresh =
        merged.receipts().stream().filter(receipt -> !state.isRecorded(receipt.task())).toList();
    if (fresh.isEmpty()) {
      settle(state, merged);
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.TensorsRecorded(fresh))
        .thenRun(now -> settle(now, merged));
  }

  /** The receipts stand in the journal: tell the worker, and give it more to do. */
  private void settle(JobState state, TensorsMerged merged) {
    if (run == null) {
      return;
    }
    List<Integer> tasks = merged.receipts().stream().map(Receipt::task).toList();
    tasks.forEach(task -> run.board().complete(merged.lease(), task));
    answer(run, merged.worker(), new AcknowledgeReceipts(merged.lease(), tasks));
    commitIfComplete(state);
  }

  private Effect<JobEvent, JobState> onTensorFailed(JobState state, TensorFailed failed) {
    if (run == null || !failed.lease().job().equals(run.spec().job())) {
      return Effect().none();
    }
    Optional<Failure> end = run.board().fail(failed.lease(), failed.task(), failed.failure());
    if (end.isPresent()) {
      Present worker = workers.get(failed.worker().name());
      if (worker != null) {
        worker.report().ref().tell(new CloseLease(failed.lease()));
      }
      return onAborted(state, end.get());
    }
    context.getLog().warn("Will try again: {}", failed.failure().message());
    answer(run, failed.worker(), new AcknowledgeReceipts(failed.lease(), List.of(failed.task())));
    return Effect().none();
  }

  /** Acknowledges what a worker told, and gives it more to do. */
  private void answer(Run running, WorkerId id, AcknowledgeReceipts acknowledgement) {
    Present worker = workers.get(id.name());
    if (worker != null) {
      worker.report().ref().tell(acknowledgement);
      assign(running, worker.report());
    }
  }

  private Effect<JobEvent, JobState> onLeaseCheck() {
    if (run == null) {
      return Effect().none();
    }
    // A worker that fell silent would be given its own expired leases again, and again.
    long now = System.nanoTime();
    workers.values().removeIf(each -> now - each.sinceNanos() > settings.leaseTerm().toNanos());
    if (!run.board().expire(now).isEmpty()) {
      workers.values().forEach(worker -> assign(run, worker.report()));
    }
    return Effect().none();
  }

  private Effect<JobEvent, JobState> onProgressTick(JobState state) {
    if (run != null && planned != null) {
      follower.tell(
          new JobUpdate.Progressed(
              state.receipts().size(),
              planned.tasks().size(),
              run.board().doneBytes(),
              planned.outputBytes(),
              workers.size()));
    }
    return Effect().none();
  }

  private void commitIfComplete(JobState state) {
    if (committing || run == null || planned == null || !run.board().isComplete()) {
      return;
    }
    // Receipts that were repeated before their acknowledgement came lead here again.
    committing = true;
    timers.cancelAll();
    follower.tell(new JobUpdate.Committing());
    PlannedMerge plan = planned;
    List<Receipt> receipts = List.copyOf(state.receipts());
    blocking(() -> {
      Manifest manifest = Provenance.manifest(plan, receipts);
      new OutputCommit(order.staging(), plan, order.replace()).commit(manifest);
      order.staging().delete();
      return new Committed(manifest);
    });
  }

  private Effect<JobEvent, JobState> onCommitted(JobState state, Manifest manifest) {
    if (planned == null || run == null) {
      return Effect().none();
    }
    return finish(
        summary(
            planned,
            false,
            state.receipts().size() - run.kept(),
            run.kept(),
            run.board().returned(),
            manifest.tensors().stream().mapToLong(Manifest.Tensor::nan).sum(),
            manifest.tensors().stream().mapToLong(Manifest.Tensor::infinity).sum(),
            manifest.times()));
  }

  private JobUpdate.Summary summary(
      PlannedMerge plan,
      boolean alreadyFinished,
      int merged,
      int kept,
      long returned,
      long nan,
      long infinity,
      StageNanos times) {
    return new JobUpdate.Summary(
        plan.plan().output().path(),
        alreadyFinished,
        plan.layout().tensors().size(),
        merged,
        kept,
        returned,
        plan.inputBytes(),
        plan.outputBytes(),
        nan,
        infinity,
        Duration.ofNanos(System.nanoTime() - startNanos),
        times);
  }

  private Effect<JobEvent, JobState> finish(JobUpdate.Summary summary) {
    follower.tell(new JobUpdate.Finished(summary));
    return Effect().stop();
  }

  private Effect<JobEvent, JobState> onAborted(JobState state, Failure failure) {
    if (run != null) {
      for (Present worker : workers.values()) {
        run.board()
            .leasesOf(worker.report().worker())
            .forEach(lease -> worker.report().ref().tell(new CloseLease(lease)));
      }
    }
    Optional<Path> resumable =
        state.receipts().isEmpty() ? Optional.empty() : Optional.of(order.staging().root());
    follower.tell(new JobUpdate.Failed(failure, resumable));
    return Effect().stop();
  }

  private void blocking(Supplier<Message> work) {
    Executor dispatcher =
        context
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("stockpot.blocking-dispatcher"));
    context.pipeToSelf(
        CompletableFuture.supplyAsync(work, dispatcher),
        (message, failure) -> message != null ? message : new Aborted(failure(failure)));
  }

  private Failure failure(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof MergeException known) {
      return known.failure();
    }
    context.getLog().error("The job failed unexpectedly", cause);
    return new Failure(Failure.Kind.BUG, cause.toString());
  }
}
