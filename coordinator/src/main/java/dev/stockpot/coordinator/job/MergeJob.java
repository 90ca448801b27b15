package dev.stockpot.coordinator.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.manifest.Manifest;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One merge from its plan to its output. It recovers what an earlier run recorded, plans, checks or
 * allocates the staged shards, leases tasks to the workers that report, records their receipts, and
 * commits. Everything that blocks runs on the blocking dispatcher and comes back as a message.
 */
public final class MergeJob extends EventSourcedBehavior<MergeJob.Message, JobEvent, JobState> {

  private static final Logger LOG = LoggerFactory.getLogger(MergeJob.class);

  /** Where Pekko logs that the journal failed; the coordinator tells the follower. */
  private static final String JOURNAL_LOGGER = "dev.stockpot.coordinator.job.journal";

  private static final String JOURNAL_PLUGIN = "stockpot-journal-";
  private static final AtomicInteger JOURNALS = new AtomicInteger();

  /** What a job understands. */
  public sealed interface Message {}

  /** A worker's word, passed on by the coordinator or sent in answer to a lease. */
  public record FromWorker(WorkerEvent event) implements Message {}

  private record Planned(PlannedMerge planned, boolean finished) implements Message {}

  private record StagingChecked(PlannedMerge planned, List<Integer> mismatches)
      implements Message {}

  private record StagingAllocated(PlannedMerge planned) implements Message {}

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
  private final JobWork work;
  private final Map<String, WorkerReported> reports = new HashMap<>();
  private @Nullable Run run;

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
    this.work = new JobWork(order);
    this.journal = JOURNAL_PLUGIN + JOURNALS.incrementAndGet();
  }

  /**
   * The merging phase and the commit.
   *
   * @param kept tasks that an earlier run finished
   */
  private record Run(PlannedMerge planned, LeaseDesk desk, int kept) {}

  /** A job that begins, or goes on, at once. */
  public static Behavior<Message> create(
      MergeOrder order, CoordinatorSettings settings, ActorRef<JobUpdate> follower) {
    return Behaviors.setup(context -> {
      context.setLoggerName(JOURNAL_LOGGER);
      return Behaviors.withTimers(
          timers -> new MergeJob(context, timers, order, settings, follower));
    });
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
              case StagingChecked checked -> onStagingChecked(state, checked);
              case StagingAllocated(PlannedMerge planned) -> onStagingAllocated(state, planned);
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
      PlannedMerge planned = work.plan();
      return new Planned(planned, OutputCommit.isFinished(planned));
    });
  }

  private Effect<JobEvent, JobState> onPlanned(JobState state, Planned message) {
    PlannedMerge planned = message.planned();
    if (message.finished()) {
      return finish(summary(planned, true, 0, 0, 0, 0, 0, StageNanos.ZERO));
    }
    String fingerprint = planned.fingerprint();
    if (state.fingerprint().equals(Optional.of(fingerprint))
        && order.staging().isAllocated(planned.layout())) {
      List<Receipt> receipts = List.copyOf(state.receipts());
      blocking(() -> new StagingChecked(planned, work.checkStaged(planned, receipts)));
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.Accepted(fingerprint, planned.tasks().size()))
        .thenRun(_ ->
            blocking(() -> {
              work.allocate(planned);
              return new StagingAllocated(planned);
            }));
  }

  private Effect<JobEvent, JobState> onStagingChecked(JobState state, StagingChecked checked) {
    List<Integer> mismatches = checked.mismatches();
    if (mismatches.isEmpty()) {
      begin(state, checked.planned(), 0);
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.ReceiptsRevoked(mismatches))
        .thenRun(now -> begin(now, checked.planned(), mismatches.size()));
  }

  private Effect<JobEvent, JobState> onStagingAllocated(JobState state, PlannedMerge planned) {
    begin(state, planned, 0);
    return Effect().none();
  }

  private void begin(JobState state, PlannedMerge planned, int revoked) {
    List<Integer> kept = state.receipts().stream().map(Receipt::task).toList();
    // Not the fingerprint alone: receipts and leases of another run must not pass for this one's.
    String job = planned.fingerprint() + "-" + UUID.randomUUID();
    LeaseDesk desk =
        new LeaseDesk(
            planned.spec(job, order.staging().shards(), ""),
            new TaskBoard(job, planned.tasks(), kept, settings.leaseTerm()),
            settings.leaseTerm(),
            self);
    run = new Run(planned, desk, kept.size());
    follower.tell(new JobUpdate.Started(planned, kept.size(), revoked));
    timers.startTimerWithFixedDelay(new LeaseCheck(), settings.leaseCheck());
    timers.startTimerWithFixedDelay(new ProgressTick(), settings.progress());
    reports.values().forEach(desk::onReport);
    commitIfComplete(state);
  }

  private Effect<JobEvent, JobState> onWorkerReported(WorkerReported report) {
    reports.put(report.worker().name(), report);
    if (run != null) {
      run.desk().onReport(report);
    }
    return Effect().none();
  }

  private Effect<JobEvent, JobState> onTensorsMerged(JobState state, TensorsMerged merged) {
    if (run == null || !run.desk().owns(merged.lease())) {
      return Effect().none();
    }
    List<Receipt> fresh =
        merged.receipts().stream().filter(receipt -> !state.isRecorded(receipt.task())).toList();
    if (fresh.isEmpty()) {
      run.desk().onRecorded(merged);
      return Effect().none();
    }
    Run current = run;
    return Effect()
        .persist(new JobEvent.TensorsRecorded(fresh))
        .thenRun(now -> {
          current.desk().onRecorded(merged);
          commitIfComplete(now);
        });
  }

  private Effect<JobEvent, JobState> onTensorFailed(JobState state, TensorFailed failed) {
    if (run == null || !run.desk().owns(failed.lease())) {
      return Effect().none();
    }
    Optional<Failure> end = run.desk().onFailed(failed);
    if (end.isPresent()) {
      return onAborted(state, end.get());
    }
    LOG.warn("Will try again: {}", failed.failure().message());
    return Effect().none();
  }

  private Effect<JobEvent, JobState> onLeaseCheck() {
    if (run != null) {
      run.desk().expireLeases();
    }
    return Effect().none();
  }

  private Effect<JobEvent, JobState> onProgressTick(JobState state) {
    if (run != null) {
      follower.tell(
          new JobUpdate.Progressed(
              state.receipts().size(),
              run.planned().tasks().size(),
              run.desk().board().doneBytes(),
              run.planned().outputBytes(),
              run.desk().workers(),
              run.desk().board().returned()));
    }
    return Effect().none();
  }

  /** Called once the last receipt is recorded, or at once where an earlier run recorded it. */
  private void commitIfComplete(JobState state) {
    if (run == null || !run.desk().board().isComplete()) {
      return;
    }
    timers.cancelAll();
    follower.tell(new JobUpdate.Committing());
    PlannedMerge planned = run.planned();
    List<Receipt> receipts = List.copyOf(state.receipts());
    blocking(() -> new Committed(work.commit(planned, receipts)));
  }

  private Effect<JobEvent, JobState> onCommitted(JobState state, Manifest manifest) {
    if (run == null) {
      return Effect().none();
    }
    return finish(
        summary(
            run.planned(),
            false,
            state.receipts().size() - run.kept(),
            run.kept(),
            run.desk().board().returned(),
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
      run.desk().closeAll();
    }
    Optional<Path> resumable =
        state.receipts().isEmpty() || !order.staging().hasShards()
            ? Optional.empty()
            : Optional.of(order.staging().root());
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
    if (cause instanceof CheckpointException unreadable) {
      return new Failure(Failure.Kind.USER_INPUT, String.valueOf(unreadable.getMessage()));
    }
    if (cause instanceof OutOfMemoryError) {
      return new Failure(
          Failure.Kind.ENVIRONMENT,
          "out of memory (" + cause.getMessage() + "); give it more, for example --memory 2GB");
    }
    LOG.error("The job failed unexpectedly", cause);
    return new Failure(Failure.Kind.BUG, cause.toString());
  }
}
