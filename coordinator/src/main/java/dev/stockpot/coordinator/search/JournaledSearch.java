package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.evaluate.EvaluationRequest;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.evaluate.Evaluators;
import dev.stockpot.coordinator.files.PatientStep;
import dev.stockpot.coordinator.order.JobJournal;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobStarter.CancelJob;
import dev.stockpot.coordinator.order.JobStarter.JournaledJob;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.End;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.order.StepFailure;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.Failure;
import dev.stockpot.metrics.Metered;
import dev.stockpot.soce.report.SearchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
 * One search and its journal: carries out what the {@link SearchCourse} says, records what came of
 * it before the course hears of it, and ends when nothing is under way any more. Everything that
 * blocks runs on the blocking dispatcher and comes back as a message.
 */
public final class JournaledSearch
    extends EventSourcedBehavior<JournaledSearch.Message, SearchEvent, SearchState> {

  /** Where Pekko logs that the journal failed; the job's actor tells the follower. */
  private static final String JOURNAL_LOGGER = "dev.stockpot.coordinator.job.journal";

  private static final String BLOCKING = "stockpot.blocking-dispatcher";

  /** What it understands. */
  sealed interface Message {}

  /** Something happened beside what is under way. */
  private record Heard(Happened what) implements Message {}

  /** Something that was under way came to its end. */
  private record Done(Happened what) implements Message {}

  private record PlanRead(SearchWork.Ready ready) implements Message {}

  private record FromMerge(JobUpdate update) implements Message {}

  /** Comes after all that the merge said. */
  private record MergeStopped() implements Message {}

  /** See whether it is over. */
  private record Settle() implements Message {}

  /** A batch that is being merged. */
  private record Batch(
      List<Candidate> candidates, MergeOrder order, ActorRef<CancelJob> merge, Optional<End> end) {}

  private final ActorContext<Message> context;
  private final SearchOrder order;
  private final JobJournal journal;
  private final JobStarter merges;
  private final SearchFiles files;
  private final SearchWork work;
  private final ActorRef<JobUpdate> follower;
  private final Duration filePatience;
  private final Runnable handling = Metered.handling();
  private final long startNanos = System.nanoTime();
  private final List<PatientStep<?>> readings = new ArrayList<>();
  private final SearchStory story;
  private SearchCourse course;
  private SearchWork.@Nullable Ready ready;
  private @Nullable Batch batch;

  /** Steps whose ends are waited for, a batch's merge among them. */
  private int underWay;

  /** Of batches, also while they are being claimed. */
  private final Set<StagingArea> claimed = ConcurrentHashMap.newKeySet();

  private volatile boolean over;

  private JournaledSearch(
      ActorContext<Message> context,
      SearchOrder order,
      JobJournal journal,
      Duration filePatience,
      JobStarter merges,
      SearchFiles files,
      SearchWork work,
      ActorRef<JobUpdate> follower) {
    super(journal.persistenceId(order));
    this.context = context;
    this.order = order;
    this.journal = journal;
    this.merges = merges;
    this.files = files;
    this.work = work;
    this.filePatience = filePatience;
    this.follower = follower;
    this.course = SearchCourse.begin(order.staging().root());
    this.story = new SearchStory(files::evaluationLog);
  }

  /**
   * A search that begins, or goes on, at once.
   *
   * @param filePatience how long a file may keep what only reads waiting
   * @param merges starts the merges of candidates
   * @param permission which evaluators may run on this node
   * @param tenure under which the output is put into its place
   */
  public static JournaledJob<?> of(
      SearchOrder order,
      JobJournal journal,
      Duration filePatience,
      JobStarter merges,
      EvaluatorPermission permission,
      Tenure tenure,
      ActorRef<JobUpdate> follower) {
    SearchFiles files = new SearchFiles(order);
    SearchWork work = new SearchWork(order, permission, tenure, files);
    Behavior<Message> behavior =
        Behaviors.setup(context -> {
          context.setLoggerName(JOURNAL_LOGGER);
          return new JournaledSearch(
              context, order, journal, filePatience, merges, files, work, follower);
        });
    return new JournaledJob<>(
        Metered.behavior(Behaviors.withMdc(Message.class, Map.of("job", order.id()), behavior)),
        new Heard(new Happened.Cancelled()));
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
            (_, _) ->
                blocking(() -> {
                  work.finishInterrupted();
                  return new Happened.Restored();
                }))
        .onSignal(PostStop.class, (_, _) -> breakOff())
        .build();
  }

  @Override
  public CommandHandler<Message, SearchEvent, SearchState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onMessage);
  }

  private Effect<SearchEvent, SearchState> onMessage(SearchState state, Message message) {
    handling.run();
    return switch (message) {
      case Heard(Happened what) -> on(state, what);
      case Done(Happened what) -> {
        underWay--;
        yield on(state, what);
      }
      case PlanRead(SearchWork.Ready read) -> {
        ready = read;
        yield on(
            state,
            new Happened.PlanRead(
                read.search(),
                read.finished()
                    ? Optional.of(summary(read.search(), Optional.empty()))
                    : Optional.empty()));
      }
      case FromMerge(JobUpdate update) -> onMergeUpdate(state, update);
      case MergeStopped _ -> onMergeStopped(state);
      case Settle _ -> settle();
    };
  }

  /** The course hears of it when its events are on storage. */
  private Effect<SearchEvent, SearchState> on(SearchState state, Happened what) {
    List<SearchEvent> events = what.events();
    if (events.isEmpty()) {
      advance(state, what);
      return settle();
    }
    return Effect()
        .persist(events)
        .thenRun(recorded -> {
          advance(recorded, what);
          context.getSelf().tell(new Settle());
        });
  }

  private void advance(SearchState state, Happened what) {
    SearchCourse.Step step = course.on(what, state);
    course = step.next();
    course
        .run()
        .map(run -> story.of(what, step.actions(), run))
        .ifPresent(details -> details.forEach(follower::tell));
    step.actions().forEach(this::carryOut);
  }

  private Effect<SearchEvent, SearchState> settle() {
    if (underWay > 0 || course.end().isEmpty()) {
      return Effect().none();
    }
    follower.tell(course.end().get());
    return Effect().stop();
  }

  private void carryOut(Action action) {
    switch (action) {
      case Action.ReadPlan _ -> reading(() -> new PlanRead(work.read()));
      case Action.FindFiles(Search search) ->
          blocking(() -> new Happened.FilesFound(search, files.find(search.firstCandidates())));
      case Action.Wake(Duration after) ->
          context.scheduleOnce(after, context.getSelf(), new Heard(new Happened.TimeOver()));
      case Action.LookUp(Search search, List<String> evaluations) ->
          reading(() -> new Heard(new Happened.LookedUp(work.lookUp(search, evaluations))));
      case Action.Evaluate evaluate -> evaluate(evaluate);
      case Action.Claim(Search search, List<Candidate> candidates) ->
          blocking(() -> new Happened.BatchClaimed(candidates, claim(search, candidates)));
      case Action.Merge(List<Candidate> candidates, MergeOrder merge) -> merge(candidates, merge);
      case Action.Release(List<Candidate> candidates, MergeOrder merged, End end) ->
          blocking(() -> {
            release(merged, end);
            return new Happened.BatchReleased(candidates, end);
          });
      case Action.Delete(List<Candidate> candidates) ->
          blocking(() -> {
            files.delete(candidates);
            return new Happened.Deleted(candidates);
          });
      case Action.Commit(Search search, SearchBoard board, Candidate best) -> {
        SearchReport report = Reporting.of(search, board, Instant.now());
        blocking(() -> {
          work.commit(search, best, report);
          return new Happened.Committed(summary(search, Optional.of(report)));
        });
      }
      case Action.Tell(JobUpdate update) -> follower.tell(update);
      case Action.StopAll _ -> stopAll();
    }
  }

  private SearchSummary summary(Search search, Optional<SearchReport> report) {
    Path output = order.plan().output().path();
    return new SearchSummary(
        output,
        output.resolve(SearchResult.DIRECTORY),
        report,
        search.planned().layout().tensors().size(),
        search.candidateBytes(),
        Duration.ofNanos(System.nanoTime() - startNanos));
  }

  private void stopAll() {
    stopReading();
    if (batch != null) {
      batch.merge().tell(new CancelJob());
    }
  }

  /** Of files, and of scores. */
  private void stopReading() {
    readings.forEach(PatientStep::abandon);
    if (ready != null) {
      CompletionStage<Void> _ = ready.evaluators().stop();
      ready
          .reporters()
          .ifPresent(reporters -> {
            CompletionStage<Void> _ = reporters.stop();
          });
    }
  }

  /** Nothing goes on of a search whose journal fails, and nothing stays claimed. */
  private void breakOff() {
    over = true;
    stopReading();
    claimed.forEach(area -> Thread.ofVirtual().name("stockpot-release").start(area::close));
  }

  private MergeOrder claim(Search search, List<Candidate> candidates) {
    MergeOrder merge = files.claim(search, candidates);
    claimed.add(merge.staging());
    if (over) {
      merge.staging().close();
    }
    return merge;
  }

  private void evaluate(Action.Evaluate evaluate) {
    SearchWork.Ready by = Objects.requireNonNull(ready);
    Search search = evaluate.search();
    Task task = evaluate.task();
    String evaluation = evaluate.evaluation();
    Evaluators evaluators = task.heldOut() ? by.reporters().orElseThrow() : by.evaluators();
    EvaluationRequest request =
        new EvaluationRequest(
            files.place(task.candidate()),
            files.evaluationOutput(evaluation),
            task.candidate().content(),
            search.categories());
    pipe(
        evaluators
            .evaluate(request)
            .thenApplyAsync(
                ended -> new Happened.Evaluated(task, ended, work.keep(search, evaluation, ended)),
                dispatcher(BLOCKING)));
  }

  private void merge(List<Candidate> candidates, MergeOrder merge) {
    ActorRef<Message> self = context.getSelf();
    ActorRef<CancelJob> actor =
        context.spawnAnonymous(merges.job(merge, update -> self.tell(new FromMerge(update))));
    context.watchWith(actor, new MergeStopped());
    batch = new Batch(candidates, merge, actor, Optional.empty());
    underWay++;
  }

  private Effect<SearchEvent, SearchState> onMergeUpdate(SearchState state, JobUpdate update) {
    if (update instanceof End end) {
      Batch of = Objects.requireNonNull(batch);
      batch = new Batch(of.candidates(), of.order(), of.merge(), Optional.of(end));
      return Effect().none();
    }
    return on(state, new Happened.MergeTold(update));
  }

  private Effect<SearchEvent, SearchState> onMergeStopped(SearchState state) {
    Batch of = Objects.requireNonNull(batch);
    batch = null;
    underWay--;
    End end =
        of.end()
            .orElseGet(() ->
                new JobUpdate.Failed(
                    new Failure(Failure.Kind.BUG, "a merge broke off"), Optional.empty()));
    return on(state, new Happened.BatchEnded(of.candidates(), of.order(), end));
  }

  private void release(MergeOrder merged, End end) {
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
    claimed.remove(merged.staging());
  }

  private void blocking(Supplier<Happened> step) {
    pipe(CompletableFuture.supplyAsync(() -> order.staging().use(step), dispatcher(BLOCKING)));
  }

  private void pipe(CompletionStage<? extends Happened> stage) {
    underWay++;
    context.pipeToSelf(
        stage, (happened, failure) -> new Done(happened != null ? happened : failed(failure)));
  }

  /** Only reads, and files of users: so the end of the search does not wait for it. */
  private void reading(Supplier<Message> step) {
    PatientStep<Message> reading =
        PatientStep.start(dispatcher("stockpot.planning-dispatcher"), filePatience, step, _ -> {});
    readings.add(reading);
    context.pipeToSelf(
        reading.result(),
        (message, failure) -> message != null ? message : new Heard(failed(failure)));
  }

  private Happened failed(@Nullable Throwable thrown) {
    return new Happened.StepFailed(
        StepFailure.of(order.id(), Optional.empty(), Objects.requireNonNull(thrown)));
  }

  private Executor dispatcher(String path) {
    return context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(path));
  }
}
