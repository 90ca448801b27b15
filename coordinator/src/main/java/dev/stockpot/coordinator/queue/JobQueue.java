package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.queue.Answer.Ok;
import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.JobRequest.Cancel;
import dev.stockpot.coordinator.queue.JobRequest.Delete;
import dev.stockpot.coordinator.queue.JobRequest.Drain;
import dev.stockpot.coordinator.queue.JobRequest.Follow;
import dev.stockpot.coordinator.queue.JobRequest.GetJob;
import dev.stockpot.coordinator.queue.JobRequest.GetLog;
import dev.stockpot.coordinator.queue.JobRequest.ListJobs;
import dev.stockpot.coordinator.queue.JobRequest.Resume;
import dev.stockpot.coordinator.queue.JobRequest.Retry;
import dev.stockpot.coordinator.queue.JobRequest.Submit;
import dev.stockpot.coordinator.queue.JobRequest.Unfollow;
import dev.stockpot.coordinator.queue.QueueMessage.ClaimAgain;
import dev.stockpot.coordinator.queue.QueueMessage.FromJob;
import dev.stockpot.coordinator.queue.QueueMessage.JobStopped;
import dev.stockpot.coordinator.queue.QueueMessage.OutputClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputNotClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputReleased;
import dev.stockpot.coordinator.queue.QueueMessage.Recovered;
import dev.stockpot.coordinator.queue.QueueMessage.Schedule;
import dev.stockpot.coordinator.queue.QueueMessage.SubmissionRead;
import dev.stockpot.coordinator.queue.QueueMessage.SubmissionRefused;
import dev.stockpot.coordinator.queue.QueueMessage.TellProgress;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueEvent.Noted;
import dev.stockpot.coordinator.queue.state.QueueSnapshot;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.metrics.Metered;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The queue of jobs: accepts submissions, decides which jobs run, runs their plans one after
 * another, and tells followers. An answer is given once what it says stands in the journal.
 *
 * <p>If the journal fails, the actor fails. However it ends, the outputs of its jobs stay claimed
 * until what works on them has come to its end, so that none goes on beside its successor's.
 */
public final class JobQueue extends EventSourcedBehavior<QueueMessage, QueueEvent, QueueState> {

  /** The state changes in place; a snapshot does not. */
  static final SnapshotAdapter<QueueState> SNAPSHOTS =
      new SnapshotAdapter<>() {
        @Override
        public Object toJournal(QueueState state) {
          return state.snapshot();
        }

        @Override
        public QueueState fromJournal(Object from) {
          return new QueueState((QueueSnapshot) from);
        }
      };

  private final ActorContext<QueueMessage> context;
  private final QueueSettings settings;
  private final InstantSource clock;
  private final JobRuns runs;
  private final JobReader reader;
  private final Submissions submissions;
  private final Followers followers;
  private final Drains drains;
  private final QueueHistory history;

  private final WaitNotes waiting = new WaitNotes();
  private final Runnable handling = Metered.handling();

  private JobQueue(
      ActorContext<QueueMessage> context,
      TimerScheduler<QueueMessage> timers,
      QueueSettings settings,
      JobStarter starter,
      Consumer<Set<String>> drained,
      Consumer<HistoryEvent> told,
      InstantSource clock) {
    super(PersistenceId.ofUniqueId("queue"));
    this.context = context;
    this.settings = settings;
    this.clock = clock;
    SubmissionCheck check = new SubmissionCheck(settings.roots(), settings.own());
    runs = new JobRuns(context, starter, new OutputClaims(check), settings, clock);
    reader = new JobReader(runs);
    submissions = new Submissions(settings, check, reader, runs, clock);
    followers = new Followers(context, timers, reader);
    drains = new Drains(drained, clock);
    history = new QueueHistory(told, reader, clock);
  }

  /**
   * A queue that goes on where the last one ended.
   *
   * @param drained hears the names of all workers that are to take nothing, at the start and
   *     whenever they change
   * @param history hears of all that happens to jobs, on the queue's thread, which does not wait
   */
  public static Behavior<JobRequest> create(
      QueueSettings settings,
      JobStarter starter,
      Consumer<Set<String>> drained,
      Consumer<HistoryEvent> history) {
    return Metered.behavior(
            Behaviors.<QueueMessage>setup(context ->
                Behaviors.withTimers(timers ->
                    new JobQueue(
                        context,
                        timers,
                        settings,
                        starter,
                        drained,
                        history,
                        InstantSource.system()))))
        .narrow();
  }

  @Override
  public String journalPluginId() {
    return settings.journal();
  }

  @Override
  public String snapshotPluginId() {
    return settings.snapshots();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), 2)
        .withDeleteEventsOnSnapshot();
  }

  @Override
  public SnapshotAdapter<QueueState> snapshotAdapter() {
    return SNAPSHOTS;
  }

  @Override
  public QueueState emptyState() {
    return new QueueState();
  }

  @Override
  public EventHandler<QueueState, QueueEvent> eventHandler() {
    return QueueState::apply;
  }

  @Override
  public SignalHandler<QueueState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (state, _) -> onRecoveryCompleted(state))
        .onSignal(PostStop.class, (_, _) -> runs.end())
        .onSignal(Terminated.class, (_, stopped) -> onStopped(stopped))
        .build();
  }

  /**
   * Before anybody is answered, so that whoever heard from the queue finds its jobs in the history.
   */
  private void onRecoveryCompleted(QueueState state) {
    state.takeGone();
    history.recovered(state);
    context.getSelf().tell(new Recovered());
  }

  /** A job, or a follower. */
  private void onStopped(Terminated stopped) {
    Optional<Throwable> crash =
        stopped instanceof ChildFailed failed ? Optional.of(failed.getCause()) : Optional.empty();
    runs.stopped(stopped.getRef(), crash)
        .ifPresentOrElse(context.getSelf()::tell, () -> followers.forget(stopped.getRef()));
  }

  @Override
  public CommandHandler<QueueMessage, QueueEvent, QueueState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onMessage);
  }

  private Effect<QueueEvent, QueueState> onMessage(QueueState state, QueueMessage message) {
    handling.run();
    return switch (message) {
      case Submit submit -> answered(() -> submissions.on(state, submit));
      case Cancel cancel -> onCancel(state, cancel);
      case Retry retry -> onRetry(state, retry);
      case Delete delete -> onDelete(state, delete);
      case Drain drain ->
          persist(
              drains.on(state, drain), () -> drains.done(state, drain.worker(), drain.replyTo()));
      case Resume resume -> onResume(state, resume);
      case GetJob get -> answered(() -> reader.on(state, get));
      case ListJobs list -> answered(() -> reader.on(state, list));
      case GetLog get -> answered(() -> reader.on(state, get));
      case Follow follow -> answered(() -> followers.on(state, follow));
      case Unfollow(String id, ActorRef<JobNews> subscriber) ->
          answered(() -> followers.unfollow(id, subscriber));
      case Recovered _ -> onRecovered(state);
      case Schedule _ -> onSchedule(state);
      case SubmissionRead read -> onSubmissionRead(read);
      case SubmissionRefused refused -> answered(() -> submissions.on(refused));
      case OutputClaimed claimed -> answered(() -> runs.on(claimed));
      case OutputNotClaimed refused -> onOutputNotClaimed(refused);
      case ClaimAgain again -> answered(() -> runs.on(again));
      case FromJob news -> onJobNews(news);
      case JobStopped stopped -> answered(() -> runs.on(stopped));
      case OutputReleased released -> persist(runs.on(released), () -> runs.goOn(released.run()));
      case TellProgress _ -> answered(() -> followers.tellProgress(state));
    };
  }

  private Effect<QueueEvent, QueueState> answered(Runnable answer) {
    answer.run();
    return Effect().none();
  }

  /** Followers are told once the events are recorded and {@code then} is done. */
  private Effect<QueueEvent, QueueState> persist(List<QueueEvent> events, Runnable then) {
    if (events.isEmpty()) {
      return answered(then);
    }
    return Effect()
        .persist(events)
        .thenRun(state -> {
          then.run();
          Map<String, Boolean> told = new LinkedHashMap<>();
          Map<String, Integer> lines = new HashMap<>();
          for (QueueEvent event : events) {
            if (event instanceof QueueEvent.OfJob ofJob) {
              told.merge(ofJob.id(), isChange(event), Boolean::logicalOr);
              lines.merge(ofJob.id(), 1, Integer::sum);
            }
          }
          told.forEach((id, changed) ->
              state
                  .job(id)
                  .ifPresent(job -> {
                    NodeLog.write(job, lines.getOrDefault(id, 0));
                    tell(job, changed);
                    history.logged(job, lines.getOrDefault(id, 0));
                  }));
          history.gone(state.takeGone());
        });
  }

  /** Whether clients see the job differently after it. */
  private static boolean isChange(QueueEvent event) {
    return !(event instanceof Noted);
  }

  private void tell(QueuedJob job, boolean changed) {
    followers.tellLines(job);
    if (changed) {
      followers.tellChange(job);
      history.changed(job);
      context.getSelf().tell(new Schedule());
    }
    if (job.status().isTerminal()) {
      waiting.forget(job.id());
    }
  }

  private Effect<QueueEvent, QueueState> onSubmissionRead(SubmissionRead read) {
    return Effect()
        .persist(read.submitted())
        .thenRun(state -> {
          state
              .job(read.submitted().id())
              .ifPresent(job -> {
                history.changed(job);
                history.logged(job, 1);
                submissions.accepted(reader.view(job));
              });
          context.getSelf().tell(new Schedule());
        });
  }

  private Effect<QueueEvent, QueueState> onCancel(QueueState state, Cancel cancel) {
    Optional<QueuedJob> known = state.job(cancel.id());
    if (known.isEmpty()) {
      return answered(() -> cancel.replyTo().tell(JobReader.unknown(cancel.id())));
    }
    QueuedJob job = known.get();
    Optional<JobRun> run = runs.of(job.id());
    if (job.status() == JobStatus.CANCELLED || job.cancelRequested()) {
      return answered(() -> cancel.replyTo().tell(new Ok<>(reader.view(job))));
    }
    if (job.status().isTerminal()) {
      return answered(() -> cancel.replyTo().tell(conflict(job, "has ended already")));
    }
    QueueEvent event =
        run.isPresent()
            ? new QueueEvent.CancelRequested(job.id(), clock.instant())
            : cancelled(job);
    return persist(
        List.of(event),
        () -> {
          run.ifPresent(runs::cancel);
          cancel.replyTo().tell(new Ok<>(reader.view(job)));
        });
  }

  private QueueEvent cancelled(QueuedJob job) {
    return new QueueEvent.Ended(
        job.id(),
        clock.instant(),
        JobStatus.CANCELLED,
        JobProgress.NONE,
        Optional.empty(),
        Optional.empty());
  }

  private Effect<QueueEvent, QueueState> onRetry(QueueState state, Retry retry) {
    Optional<QueuedJob> known = state.job(retry.id());
    if (known.isEmpty()) {
      return answered(() -> retry.replyTo().tell(JobReader.unknown(retry.id())));
    }
    QueuedJob job = known.get();
    return switch (job.status()) {
      case FAILED, CANCELLED ->
          persist(
              List.of(new QueueEvent.Retried(job.id(), clock.instant())),
              () -> retry.replyTo().tell(new Ok<>(reader.view(job))));
      case DONE -> answered(() -> retry.replyTo().tell(conflict(job, "is done")));
      case QUEUED, PLANNING, RUNNING, COMMITTING ->
          answered(() -> retry.replyTo().tell(conflict(job, "has not ended")));
    };
  }

  private Effect<QueueEvent, QueueState> onDelete(QueueState state, Delete delete) {
    Optional<QueuedJob> known = state.job(delete.id());
    if (known.isEmpty()) {
      return answered(() -> delete.replyTo().tell(JobReader.unknown(delete.id())));
    }
    QueuedJob job = known.get();
    if (!job.status().isTerminal()) {
      return answered(() -> delete.replyTo().tell(conflict(job, "has not ended; cancel it first")));
    }
    JobView last = reader.view(job);
    return persist(
        List.of(new QueueEvent.Deleted(job.id(), clock.instant())),
        () -> delete.replyTo().tell(new Ok<>(last)));
  }

  private Effect<QueueEvent, QueueState> onResume(QueueState state, Resume resume) {
    List<QueueEvent> events = drains.on(state, resume);
    return events.isEmpty()
        ? answered(() -> resume.replyTo().tell(Drains.notDrained(state, resume.worker())))
        : persist(events, () -> drains.done(state, resume.worker(), resume.replyTo()));
  }

  private static <T> Refused<T> conflict(QueuedJob job, String why) {
    return new Refused<>(Reason.CONFLICT, "the job '%s' %s".formatted(job.id(), why), List.of());
  }

  private Effect<QueueEvent, QueueState> onRecovered(QueueState state) {
    drains.tell(state);
    List<QueueEvent> events = new ArrayList<>();
    for (QueuedJob job : state.started()) {
      events.add(
          job.cancelRequested()
              ? cancelled(job)
              : new Noted(
                  job.id(),
                  clock.instant(),
                  Level.INFO,
                  "goes on after a restart of the coordinator"));
    }
    return persist(events, () -> context.getSelf().tell(new Schedule()));
  }

  private Effect<QueueEvent, QueueState> onSchedule(QueueState state) {
    QueueState.Decision decision = state.decide(runs.jobs(), settings.maxRunning());
    List<QueueEvent> events = new ArrayList<>(waiting.notes(decision.waiting(), clock.instant()));
    for (QueuedJob job : decision.start()) {
      if (job.isQueued()) {
        events.add(new QueueEvent.Started(job.id(), clock.instant()));
      }
    }
    List<QueuedJob> goOn = decision.start().stream().filter(QueuedJob::hasStarted).toList();
    return persist(
        events,
        () ->
            decision
                .start()
                .forEach(job -> {
                  runs.start(job, goOn.contains(job));
                  history.changed(job);
                }));
  }

  private Effect<QueueEvent, QueueState> onOutputNotClaimed(OutputNotClaimed refused) {
    List<QueueEvent> events = runs.on(refused);
    return persist(
        events,
        () -> {
          if (events.stream().anyMatch(QueueEvent.Ended.class::isInstance)) {
            runs.goOn(refused.run());
          }
        });
  }

  private Effect<QueueEvent, QueueState> onJobNews(FromJob news) {
    return persist(
        runs.on(news),
        () ->
            runs.of(news.run())
                .map(JobRun::job)
                .ifPresent(job -> {
                  history.told(job, news.update());
                  switch (news.update()) {
                    case JobUpdate.MergeProgressed _,
                        JobUpdate.SearchStarted _,
                        JobUpdate.CandidateEvaluated _ -> {
                      followers.progressed(job.id());
                      history.changed(job);
                    }
                    case JobUpdate.MergeStarted _, JobUpdate.Committing _ -> {
                      followers.tellChange(job);
                      history.changed(job);
                    }
                    case JobUpdate.BatchStarted _,
                        SearchDetail _,
                        JobUpdate.Placed _,
                        JobUpdate.Noted _,
                        JobUpdate.End _ -> {}
                  }
                }));
  }
}
