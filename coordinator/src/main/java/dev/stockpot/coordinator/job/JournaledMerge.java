package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.blocking.PatientStep;
import dev.stockpot.coordinator.desk.BoardNews;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.manifest.Manifest;
import dev.stockpot.merge.planner.PlannedMerge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * The phases of one merge, and its journal. It recovers what an earlier run recorded, plans, checks
 * or allocates the staged shards, opens a board at the desk, records the receipts that come of it,
 * and commits. Everything that blocks runs on the blocking dispatcher and comes back as a message.
 */
final class JournaledMerge
    extends EventSourcedBehavior<JournaledMerge.Message, JobEvent, JobState> {

  /** Where Pekko logs that the journal failed; {@link MergeJob} tells the follower. */
  private static final String JOURNAL_LOGGER = "dev.stockpot.coordinator.job.journal";

  /** What it understands. */
  sealed interface Message {}

  record Cancelled(boolean discard) implements Message {}

  private record FromDesk(BoardNews news) implements Message {}

  private record Claimed() implements Message {}

  private record Planned(PlannedMerge planned, boolean finished) implements Message {}

  private record StagingChecked(PlannedMerge planned, List<Integer> mismatches)
      implements Message {}

  private record StagingAllocated(PlannedMerge planned) implements Message {}

  private record Opened(Run opened) implements Message {}

  private record Sampled(OptionalLong bytesPerSecond) implements Message {}

  private record Committed(List<Manifest> manifests) implements Message {}

  private record Aborted(Failure failure) implements Message {}

  /**
   * The merging phase and the commit.
   *
   * @param revoked tasks of an earlier run that are to be done again
   */
  private record Run(PlannedMerge planned, MergeSpec spec, int revoked) {}

  private final ActorContext<Message> context;
  private final String runId;
  private final MergeOrder order;
  private final JobJournal journal;
  private final ActorRef<LeaseDesk.Command> desk;
  private final ActorRef<BoardNews> news;
  private final ActorRef<JobUpdate> follower;
  private final JobWork work;
  private final Duration filePatience;
  private final long startNanos = System.nanoTime();
  private final Notes notes = new Notes(startNanos);
  private @Nullable Run run;
  private int kept;
  private BoardNews.Progress progress = new BoardNews.Progress(0, 0, 0, 0);
  private boolean blocked;
  private Optional<PatientStep<?>> planning = Optional.empty();
  private Optional<Cancelled> cancelled = Optional.empty();

  private JournaledMerge(
      ActorContext<Message> context,
      String runId,
      MergeOrder order,
      JobJournal journal,
      ActorRef<LeaseDesk.Command> desk,
      JobWork work,
      Duration filePatience,
      ActorRef<JobUpdate> follower) {
    super(journal.persistenceId(order));
    this.context = context;
    this.runId = runId;
    this.order = order;
    this.journal = journal;
    this.desk = desk;
    this.news = context.messageAdapter(BoardNews.class, FromDesk::new);
    this.work = work;
    this.filePatience = filePatience;
    this.follower = follower;
  }

  /**
   * A merge that begins, or goes on, at once.
   *
   * @param runId names this run, unlike every other
   * @param filePatience how long a file may keep the planning waiting
   */
  static Behavior<Message> create(
      String runId,
      MergeOrder order,
      JobJournal journal,
      ActorRef<LeaseDesk.Command> desk,
      JobWork work,
      Duration filePatience,
      ActorRef<JobUpdate> follower) {
    return Behaviors.setup(context -> {
      context.setLoggerName(JOURNAL_LOGGER);
      return new JournaledMerge(context, runId, order, journal, desk, work, filePatience, follower);
    });
  }

  @Override
  public String journalPluginId() {
    return journal.plugin();
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
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onMessage);
  }

  private Effect<JobEvent, JobState> onMessage(JobState state, Message message) {
    return switch (message) {
      case Cancelled cancel -> onCancelled(state, cancel);
      case FromDesk(BoardNews told) -> onNews(state, told);
      case Sampled(OptionalLong bytesPerSecond) -> {
        desk.tell(new LeaseDesk.StorageSampled(runId, bytesPerSecond));
        yield Effect().none();
      }
      case Committed(List<Manifest> manifests) -> onCommitted(state, manifests);
      case Aborted(Failure failure) -> {
        blocked = false;
        yield cancelled.isPresent() ? endCancelled(state, cancelled.get()) : abort(state, failure);
      }
      case Claimed _, Planned _, StagingChecked _, StagingAllocated _, Opened _ -> {
        blocked = false;
        yield cancelled.isPresent()
            ? endCancelled(state, cancelled.get())
            : onPrepared(state, message);
      }
    };
  }

  /** One more step towards merging is done. */
  private Effect<JobEvent, JobState> onPrepared(JobState state, Message step) {
    return switch (step) {
      case Claimed _ -> {
        plan();
        yield Effect().none();
      }
      case Planned plan -> onPlanned(state, plan);
      case StagingChecked checked -> onStagingChecked(checked);
      case StagingAllocated(PlannedMerge planned) -> {
        openFiles(planned, 0);
        yield Effect().none();
      }
      case Opened(Run opened) -> onOpened(state, opened);
      case Cancelled _, FromDesk _, Sampled _, Committed _, Aborted _ ->
          throw new IllegalStateException("no step: " + step);
    };
  }

  private void onRecovered() {
    blocking(() -> {
      work.finishInterrupted();
      return new Claimed();
    });
  }

  /** Only reads, and files of users: so it is not waited for when the job is cancelled. */
  private void plan() {
    PatientStep<Message> step =
        PatientStep.start(
            dispatcher("stockpot.planning-dispatcher"),
            filePatience,
            () -> {
              PlannedMerge planned = work.plan();
              return new Planned(planned, OutputCommit.isFinished(planned));
            },
            _ -> {});
    planning = Optional.of(step);
    context.pipeToSelf(step.result(), this::outcome);
  }

  private Message outcome(@Nullable Message message, @Nullable Throwable failure) {
    return message != null
        ? message
        : new Aborted(
            StepFailure.of(
                "job %s, run %s,".formatted(order.id(), runId), Objects.requireNonNull(failure)));
  }

  private Effect<JobEvent, JobState> onPlanned(JobState state, Planned message) {
    PlannedMerge planned = message.planned();
    if (message.finished()) {
      return end(new JobUpdate.Finished(summary(planned, true, 0, 0, 0, StageNanos.ZERO)));
    }
    String fingerprint = planned.fingerprint();
    if (state.fingerprint().equals(Optional.of(fingerprint))
        && order.staging().isAllocated(planned.shards())) {
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

  private Effect<JobEvent, JobState> onStagingChecked(StagingChecked checked) {
    List<Integer> mismatches = checked.mismatches();
    if (mismatches.isEmpty()) {
      openFiles(checked.planned(), 0);
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.ReceiptsRevoked(mismatches))
        .thenRun(_ -> openFiles(checked.planned(), mismatches.size()));
  }

  private void openFiles(PlannedMerge planned, int revoked) {
    blocking(() -> new Opened(new Run(planned, work.open(planned), revoked)));
  }

  private Effect<JobEvent, JobState> onOpened(JobState state, Run opened) {
    run = opened;
    List<Integer> done = state.receipts().stream().map(Receipt::task).toList();
    kept = done.size();
    follower.tell(new JobUpdate.Started(opened.planned(), kept, opened.revoked()));
    desk.tell(
        new LeaseDesk.OpenBoard(
            order.id(), order.priority(), opened.spec(), opened.planned().tasks(), done, news));
    return Effect().none();
  }

  private Effect<JobEvent, JobState> onNews(JobState state, BoardNews told) {
    if (run == null) {
      // Told before the board was closed.
      return Effect().none();
    }
    PlannedMerge planned = run.planned();
    long now = System.nanoTime();
    switch (told) {
      case BoardNews.ReceiptsArrived(List<Receipt> receipts) -> {
        return onReceipts(state, receipts);
      }
      case BoardNews.GaveUp(Failure failure) -> {
        return abort(state, failure);
      }
      case BoardNews.Completed(BoardNews.Progress last) -> {
        progress = last;
        commit(state, planned);
      }
      case BoardNews.Progressed(BoardNews.Progress latest) -> {
        progress = latest;
        notes.pending(now).forEach(follower::tell);
        tellProgress(planned);
      }
      case BoardNews.StorageWanted _ -> sampleStorage(planned);
      case BoardNews.Placed placed -> notes.of(placed, now).forEach(follower::tell);
      case BoardNews.TaskRetried retried -> notes.of(retried, now).forEach(follower::tell);
      case BoardNews.WorkerJoined joined -> notes.of(joined, now).forEach(follower::tell);
      case BoardNews.TasksReturned returned -> notes.of(returned, now).forEach(follower::tell);
    }
    return Effect().none();
  }

  /** Beside the merging, which does not wait for it. */
  private void sampleStorage(PlannedMerge planned) {
    context.pipeToSelf(
        CompletableFuture.supplyAsync(
            () -> StorageSample.bytesPerSecond(planned),
            dispatcher("stockpot.planning-dispatcher")),
        (rate, _) -> new Sampled(rate != null ? rate : OptionalLong.empty()));
  }

  private void tellProgress(PlannedMerge planned) {
    follower.tell(
        new JobUpdate.Progressed(
            progress.doneTasks(),
            planned.tasks().size(),
            progress.doneBytes(),
            planned.outputBytes(),
            progress.workers(),
            progress.returned()));
  }

  private Effect<JobEvent, JobState> onReceipts(JobState state, List<Receipt> receipts) {
    List<Receipt> fresh =
        receipts.stream().filter(receipt -> !state.isRecorded(receipt.task())).toList();
    if (fresh.isEmpty()) {
      desk.tell(new LeaseDesk.Recorded(runId));
      return Effect().none();
    }
    return Effect()
        .persist(new JobEvent.TensorsRecorded(fresh))
        .thenRun(_ -> desk.tell(new LeaseDesk.Recorded(runId)));
  }

  private void commit(JobState state, PlannedMerge planned) {
    tellProgress(planned);
    follower.tell(new JobUpdate.Committing());
    work.close();
    List<Receipt> receipts = List.copyOf(state.receipts());
    blocking(() -> new Committed(work.commit(planned, receipts)));
  }

  private Effect<JobEvent, JobState> onCommitted(JobState state, List<Manifest> manifests) {
    if (run == null) {
      return Effect().none();
    }
    List<Manifest.Tensor> tensors =
        manifests.stream().flatMap(manifest -> manifest.tensors().stream()).toList();
    return end(
        new JobUpdate.Finished(
            summary(
                run.planned(),
                false,
                state.receipts().size() - kept,
                tensors.stream().mapToLong(Manifest.Tensor::nan).sum(),
                tensors.stream().mapToLong(Manifest.Tensor::infinity).sum(),
                manifests.getFirst().times())));
  }

  private JobUpdate.Summary summary(
      PlannedMerge plan,
      boolean alreadyFinished,
      int merged,
      long nan,
      long infinity,
      StageNanos times) {
    return new JobUpdate.Summary(
        plan.plan().output().path(),
        alreadyFinished,
        plan.layout().tensors().size(),
        merged,
        kept,
        progress.returned(),
        plan.inputBytes(),
        plan.outputBytes(),
        nan,
        infinity,
        Duration.ofNanos(System.nanoTime() - startNanos),
        times);
  }

  /** While files are worked on, they are not left behind: the end waits for that work's. */
  private Effect<JobEvent, JobState> onCancelled(JobState state, Cancelled cancel) {
    if (blocked) {
      cancelled = Optional.of(cancel);
      return Effect().none();
    }
    return endCancelled(state, cancel);
  }

  private Effect<JobEvent, JobState> endCancelled(JobState state, Cancelled cancel) {
    return end(new JobUpdate.Cancelled(cancel.discard() ? Optional.empty() : resumable(state)));
  }

  private Effect<JobEvent, JobState> abort(JobState state, Failure failure) {
    return end(new JobUpdate.Failed(failure, resumable(state)));
  }

  private Optional<Path> resumable(JobState state) {
    return state.receipts().isEmpty() || !order.staging().hasShards()
        ? Optional.empty()
        : Optional.of(order.staging().root());
  }

  private Effect<JobEvent, JobState> end(JobUpdate.End end) {
    planning.ifPresent(PatientStep::abandon);
    desk.tell(new LeaseDesk.CloseBoard(runId));
    work.close();
    follower.tell(end);
    return Effect().stop();
  }

  private void blocking(Supplier<Message> step) {
    blocked = true;
    context.pipeToSelf(
        CompletableFuture.supplyAsync(() -> order.staging().use(step), blockingDispatcher()),
        this::outcome);
  }

  private Executor blockingDispatcher() {
    return dispatcher("stockpot.blocking-dispatcher");
  }

  private Executor dispatcher(String path) {
    return context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(path));
  }
}
