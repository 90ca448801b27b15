package dev.stockpot.coordinator.merge;

import dev.stockpot.coordinator.desk.BoardNews;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.files.PatientStep;
import dev.stockpot.coordinator.order.JobJournal;
import dev.stockpot.coordinator.order.JobStarter.JournaledJob;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.StepFailure;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.metrics.Metered;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
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
 * The phases of one merge, and its journal. It recovers what an earlier run recorded, plans, opens
 * the staged shards, opens a board at the desk, records the receipts that come of it, and commits.
 * Everything that blocks runs on the blocking dispatcher and comes back as a message.
 */
public final class JournaledMerge
    extends EventSourcedBehavior<JournaledMerge.Message, MergeEvent, MergeState> {

  /** Where Pekko logs that the journal failed; the job's actor tells the follower. */
  private static final String JOURNAL_LOGGER = "dev.stockpot.coordinator.job.journal";

  private static final int MOST_OF_ID = 100;

  /** What it understands. */
  sealed interface Message {}

  private record Cancelled() implements Message {}

  private record FromDesk(BoardNews news) implements Message {}

  /** What an earlier run's commit had begun is ended. */
  private record Claimed() implements Message {}

  private record Planned(MergeWork.Ready ready) implements Message {}

  private record Prepared(MergeWork.Opened opened) implements Message {}

  private record Sampled(OptionalLong bytesPerSecond) implements Message {}

  private record Committed(List<Manifest> manifests) implements Message {}

  private record Aborted(Failure failure) implements Message {}

  /**
   * The merging phase and the commit.
   *
   * @param kept tasks that an earlier run did
   */
  private record Run(PlannedMerge planned, int kept) {}

  private final ActorContext<Message> context;
  private final String runId;
  private final MergeOrder order;
  private final JobJournal journal;
  private final ActorRef<LeaseDesk.Command> desk;
  private final ActorRef<BoardNews> news;
  private final ActorRef<JobUpdate> follower;
  private final MergeWork work;
  private final Duration filePatience;
  private final Runnable handling = Metered.handling();
  private final long startNanos = System.nanoTime();
  private final Notes notes = new Notes(startNanos);
  private @Nullable Run run;
  private BoardNews.Progress progress = new BoardNews.Progress(0, 0, 0, 0);
  private boolean blocked;
  private Optional<PatientStep<?>> planning = Optional.empty();
  private boolean cancelled;

  private JournaledMerge(
      ActorContext<Message> context,
      String runId,
      MergeOrder order,
      JobJournal journal,
      ActorRef<LeaseDesk.Command> desk,
      MergeWork work,
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
   * @param filePatience how long a file may keep the planning waiting
   * @param tenure under which the output is put into its place
   * @param access opened and closed with the merge's run
   */
  public static JournaledJob<?> of(
      MergeOrder order,
      JobJournal journal,
      Duration filePatience,
      ActorRef<LeaseDesk.Command> desk,
      Tenure tenure,
      DataAccess access,
      ActorRef<JobUpdate> follower) {
    // Receipts, leases and late writers of another run must not pass for this one's.
    String run = runOf(order);
    MergeWork work = new MergeWork(order, tenure, access, run);
    Behavior<Message> behavior =
        Behaviors.setup(context -> {
          context.setLoggerName(JOURNAL_LOGGER);
          return new JournaledMerge(
              context, run, order, journal, desk, work, filePatience, follower);
        });
    return new JournaledJob<>(
        Metered.behavior(
            Behaviors.withMdc(Message.class, Map.of("job", order.id(), "run", run), behavior)),
        new Cancelled());
  }

  /** Names the merge, so that workers' logs do; and is a segment of the data plane's addresses. */
  private static String runOf(MergeOrder order) {
    String id = order.id().replaceAll("[^A-Za-z0-9._-]", ".");
    String unlike = UUID.randomUUID().toString().replace("-", "");
    return id.substring(0, Math.min(id.length(), MOST_OF_ID)) + "." + unlike.substring(0, 16);
  }

  @Override
  public String journalPluginId() {
    return journal.plugin();
  }

  @Override
  public MergeState emptyState() {
    return new MergeState();
  }

  @Override
  public EventHandler<MergeState, MergeEvent> eventHandler() {
    return MergeState::apply;
  }

  @Override
  public SignalHandler<MergeState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (_, _) -> onRecovered())
        .onSignal(PostStop.class, (_, _) -> work.close())
        .build();
  }

  @Override
  public CommandHandler<Message, MergeEvent, MergeState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onMessage);
  }

  private Effect<MergeEvent, MergeState> onMessage(MergeState state, Message message) {
    handling.run();
    return switch (message) {
      case Cancelled _ -> onCancelled(state);
      case FromDesk(BoardNews told) -> onNews(state, told);
      case Sampled(OptionalLong bytesPerSecond) -> {
        desk.tell(new LeaseDesk.StorageSampled(runId, bytesPerSecond));
        yield Effect().none();
      }
      case Committed(List<Manifest> manifests) -> onCommitted(state, manifests);
      case Claimed _ -> stepDone(state, this::plan);
      case Planned(MergeWork.Ready ready) -> stepDone(state, () -> onPlanned(state, ready));
      case Prepared(MergeWork.Opened opened) -> stepDone(state, () -> onPrepared(opened));
      case Aborted(Failure failure) -> stepDone(state, () -> abort(state, failure));
    };
  }

  /** Nothing is worked on just now: the next step, unless the merge was cancelled meanwhile. */
  private Effect<MergeEvent, MergeState> stepDone(
      MergeState state, Supplier<Effect<MergeEvent, MergeState>> next) {
    blocked = false;
    return cancelled ? endCancelled(state) : next.get();
  }

  private void onRecovered() {
    blocking(() -> {
      work.finishInterrupted();
      return new Claimed();
    });
  }

  /** Only reads, and files of users: so it is not waited for when the job is cancelled. */
  private Effect<MergeEvent, MergeState> plan() {
    PatientStep<Message> step =
        PatientStep.start(
            dispatcher("stockpot.planning-dispatcher"),
            filePatience,
            () -> new Planned(work.plan()),
            _ -> {});
    planning = Optional.of(step);
    context.pipeToSelf(step.result(), this::outcome);
    return Effect().none();
  }

  private Message outcome(@Nullable Message message, @Nullable Throwable failure) {
    return message != null
        ? message
        : new Aborted(
            StepFailure.of(order.id(), Optional.of(runId), Objects.requireNonNull(failure)));
  }

  private Effect<MergeEvent, MergeState> onPlanned(MergeState state, MergeWork.Ready ready) {
    PlannedMerge planned = ready.planned();
    if (ready.finished()) {
      return end(new JobUpdate.Finished(summary(planned, true, 0, 0, 0, 0, StageNanos.ZERO)));
    }
    String fingerprint = planned.fingerprint();
    if (state.fingerprint().equals(Optional.of(fingerprint)) && ready.allocated()) {
      List<Receipt> receipts = List.copyOf(state.receipts());
      blocking(() -> new Prepared(work.goOn(planned, receipts)));
      return Effect().none();
    }
    return Effect()
        .persist(new MergeEvent.Accepted(fingerprint, planned.tasks().size()))
        .thenRun(_ -> blocking(() -> new Prepared(work.allocate(planned))));
  }

  private Effect<MergeEvent, MergeState> onPrepared(MergeWork.Opened opened) {
    List<Integer> revoked = opened.revoked();
    return (revoked.isEmpty()
            ? Effect().none()
            : Effect().persist(new MergeEvent.ReceiptsRevoked(revoked)))
        .thenRun((MergeState state) -> merge(state, opened));
  }

  private void merge(MergeState state, MergeWork.Opened opened) {
    PlannedMerge planned = opened.planned();
    List<Integer> done = state.receipts().stream().map(Receipt::task).toList();
    run = new Run(planned, done.size());
    follower.tell(new MergeStarted(planned, done.size(), opened.revoked().size()));
    desk.tell(
        new LeaseDesk.OpenBoard(
            order.id(), order.priority(), opened.spec(), planned.tasks(), done, news));
  }

  private Effect<MergeEvent, MergeState> onNews(MergeState state, BoardNews told) {
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
        new MergeProgressed(
            progress.doneTasks(),
            planned.tasks().size(),
            progress.doneBytes(),
            planned.outputBytes(),
            progress.workers(),
            progress.returned()));
  }

  private Effect<MergeEvent, MergeState> onReceipts(MergeState state, List<Receipt> receipts) {
    List<Receipt> fresh =
        receipts.stream().filter(receipt -> !state.isRecorded(receipt.task())).toList();
    if (fresh.isEmpty()) {
      desk.tell(new LeaseDesk.Recorded(runId));
      return Effect().none();
    }
    return Effect()
        .persist(new MergeEvent.TensorsRecorded(fresh))
        .thenRun(_ -> desk.tell(new LeaseDesk.Recorded(runId)));
  }

  private void commit(MergeState state, PlannedMerge planned) {
    tellProgress(planned);
    follower.tell(new JobUpdate.Committing());
    work.close();
    List<Receipt> receipts = List.copyOf(state.receipts());
    blocking(() -> new Committed(work.commit(planned, receipts)));
  }

  private Effect<MergeEvent, MergeState> onCommitted(MergeState state, List<Manifest> manifests) {
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
                state.receipts().size() - run.kept(),
                run.kept(),
                tensors.stream().mapToLong(Manifest.Tensor::nan).sum(),
                tensors.stream().mapToLong(Manifest.Tensor::infinity).sum(),
                manifests.getFirst().times())));
  }

  private MergeSummary summary(
      PlannedMerge plan,
      boolean alreadyFinished,
      int merged,
      int kept,
      long nan,
      long infinity,
      StageNanos times) {
    return new MergeSummary(
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
  private Effect<MergeEvent, MergeState> onCancelled(MergeState state) {
    cancelled = true;
    return blocked ? Effect().none() : endCancelled(state);
  }

  private Effect<MergeEvent, MergeState> endCancelled(MergeState state) {
    return end(new JobUpdate.Cancelled(resumable(state)));
  }

  private Effect<MergeEvent, MergeState> abort(MergeState state, Failure failure) {
    return end(new JobUpdate.Failed(failure, resumable(state)));
  }

  private Optional<Path> resumable(MergeState state) {
    return state.receipts().isEmpty() || !order.staging().hasShards()
        ? Optional.empty()
        : Optional.of(order.staging().root());
  }

  private Effect<MergeEvent, MergeState> end(JobUpdate.End end) {
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
