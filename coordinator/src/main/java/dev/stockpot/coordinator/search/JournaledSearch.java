package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.blocking.PatientStep;
import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.evaluate.EvaluationRequest;
import dev.stockpot.coordinator.evaluate.Evaluators;
import dev.stockpot.coordinator.job.JobJournal;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeOrder;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.job.StepFailure;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.protocol.api.LogLine.Level;
import dev.stockpot.soce.report.SearchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * The phases of one search, and its journal. It recovers what an earlier run recorded, reads the
 * plan, and then does what the {@link SearchBoard} says: merges, evaluations and deletions go on
 * beside each other, and each outcome is recorded before it counts. Everything that blocks runs on
 * the blocking dispatcher and comes back as a message.
 */
final class JournaledSearch
    extends EventSourcedBehavior<JournaledSearch.Message, SearchEvent, SearchState> {

  /** Where Pekko logs that the journal failed; {@link SearchJob} tells the follower. */
  private static final String JOURNAL_LOGGER = "dev.stockpot.coordinator.job.journal";

  /** The file, and the prefix of persistence ids. */
  private static final String SEARCH = "search";

  private static final String BLOCKING = "stockpot.blocking-dispatcher";

  /** What it understands. */
  sealed interface Message {}

  record Cancelled(boolean discard) implements Message {}

  /** Something that was under way came to its end. */
  private record Done(Message result) implements Message {}

  private record Restored() implements Message {}

  private record Read(SearchWork.Ready ready) implements Message {}

  private record Prepared(SearchWork.Ready ready) implements Message {}

  private record LookedUp(List<SearchEvent> found) implements Message {}

  private record Claimed(List<Candidate> batch, MergeOrder order) implements Message {}

  private record FromMerge(JobUpdate update) implements Message {}

  /** Comes after all that the merge said. */
  private record MergeStopped() implements Message {}

  private record Merged(JobUpdate.End end) implements Message {}

  private record Evaluated(Task task, Evaluation evaluation, Optional<SearchEvent> event)
      implements Message {}

  private record Deleted(List<Candidate> candidates) implements Message {}

  private record Committed(SearchReport report) implements Message {}

  private record TimeOver() implements Message {}

  private record Aborted(Failure failure) implements Message {}

  private record Over(SearchUpdate.End how) implements Message {}

  /** A search whose plan is read. */
  private record Run(Search search, SearchBoard board, SearchWork.Ready ready, Pace pace) {}

  /** A batch that is being merged. */
  private record Batch(List<Candidate> candidates, MergeOrder order, Runnable cancel) {}

  private final ActorContext<Message> context;
  private final SearchOrder order;
  private final JobJournal journal;
  private final MergeStarter merges;
  private final SearchFiles files;
  private final SearchWork work;
  private final ActorRef<SearchUpdate> follower;
  private final ActorRef<JobUpdate> fromMerge;
  private final Duration filePatience;
  private final Set<String> places = new HashSet<>();
  private final List<PatientStep<?>> readings = new ArrayList<>();
  private @Nullable Run run;
  private @Nullable Batch batch;
  private Optional<JobUpdate.End> mergeEnd = Optional.empty();
  private int underWay;
  private boolean worthKeeping;
  private boolean started;
  private boolean committing;
  private boolean over;
  private Optional<SearchUpdate.End> ending = Optional.empty();

  private JournaledSearch(
      ActorContext<Message> context,
      SearchOrder order,
      JobJournal journal,
      MergeStarter merges,
      SearchFiles files,
      SearchWork work,
      Duration filePatience,
      ActorRef<SearchUpdate> follower) {
    super(persistenceId(journal, order));
    this.context = context;
    this.order = order;
    this.journal = journal;
    this.merges = merges;
    this.files = files;
    this.work = work;
    this.filePatience = filePatience;
    this.follower = follower;
    this.fromMerge = context.messageAdapter(JobUpdate.class, FromMerge::new);
  }

  /**
   * A search that begins, or goes on, at once.
   *
   * @param filePatience how long a file may keep what only reads waiting
   */
  static Behavior<Message> create(
      SearchOrder order,
      JobJournal journal,
      MergeStarter merges,
      SearchFiles files,
      SearchWork work,
      Duration filePatience,
      ActorRef<SearchUpdate> follower) {
    return Behaviors.setup(context -> {
      context.setLoggerName(JOURNAL_LOGGER);
      return new JournaledSearch(
          context, order, journal, merges, files, work, filePatience, follower);
    });
  }

  /** Under which a search's events stand. */
  static PersistenceId persistenceId(JobJournal journal, SearchOrder order) {
    return journal.persistenceId(SEARCH, order.id(), order.staging());
  }

  @Override
  public String journalPluginId() {
    return journal.plugin();
  }

  @Override
  public SearchState emptyState() {
    return new SearchState();
  }

  @Override
  public EventHandler<SearchState, SearchEvent> eventHandler() {
    return SearchState::apply;
  }

  @Override
  public SignalHandler<SearchState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.class,
            (state, _) -> {
              worthKeeping = !state.isEmpty();
              blocking(() -> {
                work.finishInterrupted();
                return new Restored();
              });
            })
        .build();
  }

  @Override
  public CommandHandler<Message, SearchEvent, SearchState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onMessage);
  }

  private Effect<SearchEvent, SearchState> onMessage(SearchState state, Message message) {
    return switch (message) {
      case Done(Message result) -> {
        underWay--;
        yield onMessage(state, result);
      }
      case LookedUp(List<SearchEvent> found) -> record(found, running().board()::lookedUp);
      case Evaluated evaluated -> onEvaluated(evaluated);
      case Over(SearchUpdate.End how) -> {
        follower.tell(how);
        yield Effect().stop();
      }
      case Restored _ -> then(() -> unlessEnding(() -> reading(() -> new Read(work.read()))));
      case Read(SearchWork.Ready ready) -> then(() -> unlessEnding(() -> findFiles(ready)));
      case Prepared(SearchWork.Ready ready) -> then(() -> onPrepared(state, ready));
      case Claimed claimed -> then(() -> onClaimed(claimed));
      case FromMerge(JobUpdate update) -> then(() -> onMergeUpdate(update));
      case MergeStopped _ -> then(this::onMergeStopped);
      case Merged merged -> then(() -> onMerged(merged));
      case Deleted(List<Candidate> gone) -> then(() -> running().board().deleted(gone));
      case Committed(SearchReport report) -> then(() -> end(finished(Optional.of(report))));
      case TimeOver _ -> then(this::onTimeOver);
      case Aborted(Failure failure) -> then(() -> fail(failure));
      case Cancelled(boolean discard) ->
          then(() -> end(new SearchUpdate.Cancelled(discard ? Optional.empty() : resumable())));
    };
  }

  /** Handles what records nothing. */
  private Effect<SearchEvent, SearchState> then(Runnable handling) {
    handling.run();
    advance();
    return Effect().none();
  }

  /** Goes on when the events are on storage. */
  private Effect<SearchEvent, SearchState> record(List<SearchEvent> events, Runnable handling) {
    return events.isEmpty()
        ? then(handling)
        : Effect()
            .persist(events)
            .thenRun(_ -> {
              worthKeeping = true;
              handling.run();
              advance();
            });
  }

  private Run running() {
    if (run == null) {
      throw new IllegalStateException("the search is not prepared");
    }
    return run;
  }

  private Optional<Path> resumable() {
    return worthKeeping ? Optional.of(order.staging().root()) : Optional.empty();
  }

  private SearchUpdate.Finished finished(Optional<SearchReport> report) {
    Path output = order.plan().output().path();
    return new SearchUpdate.Finished(output, output.resolve(SearchResult.DIRECTORY), report);
  }

  private void unlessEnding(Runnable step) {
    if (ending.isEmpty()) {
      step.run();
    }
  }

  private void findFiles(SearchWork.Ready ready) {
    blocking(() -> {
      files.find(ready.search().firstCandidates());
      return new Prepared(ready);
    });
  }

  private void onPrepared(SearchState state, SearchWork.Ready ready) {
    if (ready.finished()) {
      end(finished(Optional.empty()));
      return;
    }
    Search search = ready.search();
    SearchBoard board = new SearchBoard(search, state, files::has, MergePlanner.MOST_SOUPS);
    run = new Run(search, board, ready, new Pace(search.plan().evaluate().parallel()));
    search
        .planned()
        .warnings()
        .forEach(warning -> follower.tell(new SearchUpdate.Noted(Level.WARNING, warning)));
    search
        .plan()
        .search()
        .maxTime()
        .ifPresent(time -> context.scheduleOnce(time, context.getSelf(), new TimeOver()));
  }

  private void onTimeOver() {
    if (ending.isEmpty() && !running().board().isComplete()) {
      follower.tell(
          new SearchUpdate.Noted(
              Level.WARNING, "the time is over: no further candidate is evaluated"));
      running().board().closeEarly();
    }
  }

  private void fail(Failure failure) {
    end(new SearchUpdate.Failed(failure, resumable()));
  }

  /** Nothing more is begun; what is under way is asked to end. */
  private void end(SearchUpdate.End how) {
    if (ending.isPresent()) {
      return;
    }
    ending = Optional.of(how);
    readings.forEach(PatientStep::abandon);
    if (run != null) {
      CompletionStage<Void> _ = run.ready().evaluators().stop();
      run.ready()
          .reporters()
          .ifPresent(reporters -> {
            CompletionStage<Void> _ = reporters.stop();
          });
    }
    if (batch != null) {
      batch.cancel().run();
    }
  }

  /** Does all that can be done now. */
  private void advance() {
    if (ending.isPresent()) {
      if (underWay == 0 && batch == null && !over) {
        over = true;
        context.getSelf().tell(new Over(ending.get()));
      }
      return;
    }
    if (run == null || committing) {
      return;
    }
    lookUp(run);
    if (!run.board().isLooking()) {
      tellStarted(run);
      delete(run);
      evaluate(run);
      merge(run);
      commit(run);
    }
  }

  private void lookUp(Run of) {
    List<String> names = of.board().toLookUp().stream().map(of.board()::evaluation).toList();
    if (!names.isEmpty()) {
      reading(() -> new LookedUp(work.lookUp(of.search(), names)));
    }
  }

  private void tellStarted(Run of) {
    if (!started) {
      started = true;
      follower.tell(
          new SearchUpdate.Started(of.search(), of.board().candidates(), of.board().evaluated()));
    }
  }

  private void delete(Run of) {
    List<Candidate> obsolete = of.board().nextDeletions();
    if (!obsolete.isEmpty()) {
      blocking(() -> {
        files.delete(obsolete);
        return new Deleted(obsolete);
      });
    }
  }

  private void evaluate(Run of) {
    for (Optional<Task> next = of.board().nextEvaluation();
        next.isPresent();
        next = of.board().nextEvaluation()) {
      Task task = next.get();
      String evaluation = of.board().evaluation(task);
      Evaluators by =
          task.heldOut() ? of.ready().reporters().orElseThrow() : of.ready().evaluators();
      EvaluationRequest request =
          new EvaluationRequest(
              files.place(task.candidate()),
              files.evaluationOutput(evaluation),
              task.candidate().content(),
              of.search().categories());
      pipe(
          by.evaluate(request)
              .thenApplyAsync(
                  ended -> new Evaluated(task, ended, work.keep(of.search(), evaluation, ended)),
                  dispatcher(BLOCKING)));
    }
  }

  private Effect<SearchEvent, SearchState> onEvaluated(Evaluated evaluated) {
    Run of = running();
    if (evaluated.evaluation() instanceof Evaluation.NotEvaluated(var reason, var logTail)) {
      of.board().passed(evaluated.task(), new Outcome.Failed(reason, logTail));
    }
    return record(
        evaluated.event().stream().toList(),
        () -> {
          of.board().ended(evaluated.task());
          if (!(evaluated.evaluation() instanceof Evaluation.Cancelled)) {
            tell(of, evaluated);
          }
        });
  }

  private void tell(Run of, Evaluated evaluated) {
    Task task = evaluated.task();
    if (evaluated.evaluation() instanceof Evaluation.Scored scored) {
      of.pace().add(scored.took());
    }
    int done = of.board().evaluated();
    int all = of.board().candidates();
    follower.tell(
        new SearchUpdate.Evaluated(
            of.search().text(task.candidate().weights()),
            task.heldOut(),
            of.board().outcome(task).orElseThrow(),
            task.heldOut() ? OptionalDouble.empty() : of.board().value(task.candidate()),
            done,
            all,
            of.pace().remaining(all - done)));
  }

  private void merge(Run of) {
    List<Candidate> candidates = batch == null ? of.board().nextBatch() : List.of();
    if (!candidates.isEmpty()) {
      follower.tell(new SearchUpdate.Merging(candidates.size()));
      blocking(() -> new Claimed(candidates, files.claim(of.search(), candidates)));
    }
  }

  private void onClaimed(Claimed claimed) {
    MergeStarter.Running merge = merges.start(context, claimed.order(), fromMerge);
    batch = new Batch(claimed.batch(), claimed.order(), merge.cancel());
    context.watchWith(merge.actor(), new MergeStopped());
    if (ending.isPresent()) {
      merge.cancel().run();
    }
  }

  private void onMergeUpdate(JobUpdate update) {
    switch (update) {
      case JobUpdate.Placed placed -> onPlaced(placed);
      case JobUpdate.Noted(Level level, String message) ->
          follower.tell(new SearchUpdate.Noted(level, message));
      case JobUpdate.End end -> mergeEnd = Optional.of(end);
      case JobUpdate.Started _, JobUpdate.Progressed _, JobUpdate.Committing _ -> {}
    }
  }

  /** Nearly every batch is placed like the one before, if for other figures. */
  private void onPlaced(JobUpdate.Placed placed) {
    if (places.add(placed.where())) {
      follower.tell(new SearchUpdate.Placed(placed.line()));
    }
  }

  private void onMergeStopped() {
    MergeOrder merged = Objects.requireNonNull(batch).order();
    JobUpdate.End end =
        mergeEnd.orElseGet(() ->
            new JobUpdate.Failed(
                new Failure(Failure.Kind.BUG, "a merge broke off"), Optional.empty()));
    mergeEnd = Optional.empty();
    blocking(() -> {
      try (StagingArea staging = merged.staging()) {
        switch (end) {
          case JobUpdate.Finished _ -> {
            merges.forget(merged);
            staging.delete();
            files.add(merged);
          }
          case JobUpdate.Failed _, JobUpdate.Cancelled _ -> {}
        }
      }
      return new Merged(end);
    });
  }

  private void onMerged(Merged merged) {
    Batch of = Objects.requireNonNull(batch);
    batch = null;
    switch (merged.end()) {
      case JobUpdate.Finished _ -> running().board().merged(of.candidates());
      case JobUpdate.Failed(Failure failure, _) -> fail(failure);
      case JobUpdate.Cancelled _ -> end(new SearchUpdate.Cancelled(resumable()));
    }
  }

  private void commit(Run of) {
    if (!of.board().isComplete()) {
      return;
    }
    SearchReport report = Reporting.of(of.search(), of.board(), Instant.now());
    Optional<Candidate> best = of.board().best();
    if (best.isEmpty()) {
      end(new SearchUpdate.Failed(nothingScored(report), Optional.empty()));
      advance();
      return;
    }
    committing = true;
    blocking(() -> new Committed(work.commit(of.search(), best.get(), report)));
  }

  /** Nothing of it is worth keeping: what has scores is in the cache, what failed may be mended. */
  private static Failure nothingScored(SearchReport report) {
    String first =
        report.entries().stream()
            .flatMap(entry ->
                entry.outcome() instanceof SearchReport.Failed failed
                    ? Stream.of(entry.name() + ": " + failed.reason())
                    : Stream.<String>empty())
            .findFirst()
            .orElse("none was evaluated");
    return new Failure(
        Failure.Kind.ENVIRONMENT, "no soup has scores, so there is no best one; " + first);
  }

  private void blocking(Supplier<Message> step) {
    pipe(CompletableFuture.supplyAsync(() -> order.staging().use(step), dispatcher(BLOCKING)));
  }

  /** Only reads, and files of users: so the end of the search does not wait for it. */
  private void reading(Supplier<Message> step) {
    PatientStep<Message> reading =
        PatientStep.start(dispatcher("stockpot.planning-dispatcher"), filePatience, step, _ -> {});
    readings.add(reading);
    context.pipeToSelf(
        reading.result(),
        (message, failure) ->
            message != null
                ? message
                : new Aborted(StepFailure.of("job %s".formatted(order.id()), failure)));
  }

  private Executor dispatcher(String path) {
    return context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(path));
  }

  private void pipe(CompletionStage<Message> stage) {
    underWay++;
    context.pipeToSelf(
        stage.thenApply(Done::new),
        (done, failure) ->
            done != null
                ? done
                : new Done(new Aborted(StepFailure.of("job %s".formatted(order.id()), failure))));
  }
}
