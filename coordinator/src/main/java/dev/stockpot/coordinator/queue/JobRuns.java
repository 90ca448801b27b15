package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.files.PatientStep;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobStarter.CancelJob;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.StepFailure;
import dev.stockpot.coordinator.queue.QueueMessage.ClaimAgain;
import dev.stockpot.coordinator.queue.QueueMessage.FromJob;
import dev.stockpot.coordinator.queue.QueueMessage.JobStopped;
import dev.stockpot.coordinator.queue.QueueMessage.OutputClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputNotClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputReleased;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueEvent.Ended;
import dev.stockpot.coordinator.queue.state.QueueEvent.Noted;
import dev.stockpot.coordinator.queue.state.QueueEvent.PlanFinished;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The jobs that run: claims the output of each plan, starts its work, and says which events come of
 * what happens. Confined to the queue's actor, whose context it uses; persists nothing itself.
 */
final class JobRuns {

  private static final Duration CLAIM_AGAIN = Duration.ofSeconds(1);

  private final ActorContext<QueueMessage> context;
  private final JobStarter starter;
  private final OutputClaims claims;
  private final QueueSettings settings;
  private final InstantSource clock;
  private final Map<String, JobRun> byJob = new HashMap<>();
  private final Map<Long, JobRun> byNumber = new HashMap<>();

  /** Areas that this queue holds; known to the threads that claim them. */
  private final Set<StagingArea> claimed = ConcurrentHashMap.newKeySet();

  private volatile boolean over;
  private long started;

  JobRuns(
      ActorContext<QueueMessage> context,
      JobStarter starter,
      OutputClaims claims,
      QueueSettings settings,
      InstantSource clock) {
    this.context = context;
    this.starter = starter;
    this.claims = claims;
    this.settings = settings;
    this.clock = clock;
  }

  Set<String> jobs() {
    return Set.copyOf(byJob.keySet());
  }

  Optional<JobRun> of(String job) {
    return Optional.ofNullable(byJob.get(job));
  }

  Optional<JobRun> of(long run) {
    return Optional.ofNullable(byNumber.get(run));
  }

  /**
   * A job's run begins.
   *
   * @param goesOn whether it ran when the last coordinator ended
   */
  void start(QueuedJob job, boolean goesOn) {
    long patientUntil = System.nanoTime() + (goesOn ? settings.patience().toNanos() : 0);
    JobRun run = new JobRun(job, ++started, patientUntil);
    byJob.put(job.id(), run);
    byNumber.put(run.number(), run);
    claim(run);
  }

  private void claim(JobRun run) {
    QueueEvent.Submitted submission = run.job().submission();
    int plan = run.job().plan();
    run.claims(
        patient(
            "stockpot.planning-dispatcher",
            () -> remember(claims.claim(run.number(), submission, plan)),
            this::giveBack,
            thrown -> new OutputNotClaimed(run.number(), failure(run, thrown))));
  }

  /** A claim that nobody waits for any more. */
  private void giveBack(QueueMessage outcome) {
    if (outcome instanceof OutputClaimed late) {
      OutputClaims.releaseCancelled(late.run(), late.staging());
      claimed.remove(late.staging());
    }
  }

  /** Asks a run to end early; while it waits for its output to be claimed, it ends at once. */
  void cancel(JobRun run) {
    if (run.abandonsClaim()) {
      context
          .getSelf()
          .tell(
              new OutputNotClaimed(
                  run.number(), new Failure(Failure.Kind.ENVIRONMENT, "cancelled")));
    } else {
      run.cancel();
    }
  }

  private QueueMessage remember(QueueMessage outcome) {
    if (outcome instanceof OutputClaimed claim) {
      claimed.add(claim.staging());
      if (over) {
        claim.staging().close();
      }
    }
    return outcome;
  }

  /** The queue ends: every output is given up as soon as nobody works on it any more. */
  void end() {
    over = true;
    for (StagingArea staging : claimed) {
      Thread.ofVirtual().name("stockpot-release").start(staging::close);
    }
  }

  private static Failure failure(JobRun run, Throwable thrown) {
    return StepFailure.of(run.job().id(), Optional.empty(), thrown);
  }

  void on(OutputClaimed claimed) {
    JobRun run = of(claimed.run()).orElseThrow();
    run.begin(claimed.staging());
    if (run.job().cancelRequested()) {
      StagingArea staging = claimed.staging();
      release(run, () -> OutputClaims.releaseCancelled(run.number(), staging));
      return;
    }
    QueuedJob job = run.job();
    JobOrder order =
        JobOrder.of(
            orderId(job),
            job.submission().priority(),
            claimed.plan(),
            claimed.staging(),
            job.submission().replace());
    long number = run.number();
    ActorRef<QueueMessage> queue = context.getSelf();
    ActorRef<CancelJob> actor =
        context.spawn(
            starter.job(order, update -> queue.tell(new FromJob(number, update))), "job-" + number);
    context.watch(actor);
    run.begin(order, actor);
  }

  /** Unlike that of any other job's plan, because no job's id holds a slash. */
  private static String orderId(QueuedJob job) {
    return job.plans() == 1 ? job.id() : job.id() + "/" + (job.plan() + 1);
  }

  List<QueueEvent> on(OutputNotClaimed refused) {
    JobRun run = of(refused.run()).orElseThrow();
    if (run.job().cancelRequested()) {
      return List.of(ended(run, JobStatus.CANCELLED, Optional.empty(), Optional.empty()));
    }
    Failure failure = refused.failure();
    if (failure.kind() == Failure.Kind.ENVIRONMENT && run.isPatient(System.nanoTime())) {
      context.scheduleOnce(CLAIM_AGAIN, context.getSelf(), new ClaimAgain(run.number()));
      return run.beginsToWait()
          ? List.of(noted(run, Level.WARNING, "waits: " + failure.message()))
          : List.of();
    }
    return List.of(failed(run, failure, Optional.empty()));
  }

  void on(ClaimAgain again) {
    claim(of(again.run()).orElseThrow());
  }

  List<QueueEvent> on(FromJob news) {
    JobRun run = byNumber.get(news.run());
    if (run == null) {
      return List.of();
    }
    run.on(news.update());
    return LogSentences.of(run.job(), news.update())
        .map(said ->
            news.update() instanceof JobUpdate.MergeStarted
                ? List.<QueueEvent>of(noted(run, said.level(), said.text()))
                : note(run, said.level(), said.text()))
        .orElse(List.of());
  }

  /** The actor of a run is gone, unless it was another actor. */
  Optional<JobStopped> stopped(ActorRef<?> actor, Optional<Throwable> crash) {
    return byNumber.values().stream()
        .filter(run -> run.isDoneBy(actor))
        .map(run -> new JobStopped(run.number(), crash))
        .findFirst();
  }

  private List<QueueEvent> note(JobRun run, Level level, String message) {
    if (!run.takesNote()) {
      return List.of();
    }
    return run.isLastNote()
        ? List.of(noted(run, Level.WARNING, "says too much: nothing more of this run is kept"))
        : List.of(noted(run, level, message));
  }

  void on(JobStopped stopped) {
    JobRun run = of(stopped.run()).orElseThrow();
    JobOrder order = run.order().orElseThrow();
    long number = run.number();
    Optional<JobUpdate.End> end = run.end();
    release(
        run,
        () -> {
          if (end.isEmpty()) {
            return OutputClaims.releaseCrashed(number, order.staging(), stopped.crash());
          }
          if (JobUpdate.leavesNothing(end.get())) {
            starter.forget(order);
          }
          return OutputClaims.release(number, order.staging(), end.get());
        });
  }

  private void release(JobRun run, Supplier<QueueMessage> work) {
    StagingArea staging = run.staging().orElseThrow();
    blocking(
        () -> {
          QueueMessage released = work.get();
          claimed.remove(staging);
          return released;
        },
        thrown ->
            new OutputReleased(
                run.number(), new JobUpdate.Failed(failure(run, thrown), Optional.empty())));
  }

  List<QueueEvent> on(OutputReleased released) {
    JobRun run = of(released.run()).orElseThrow();
    return switch (released.end()) {
      case JobUpdate.Finished(JobSummary summary) -> finished(run, summary);
      case JobUpdate.Failed(Failure failure, Optional<Path> kept) ->
          List.of(failed(run, failure, kept));
      case JobUpdate.Cancelled(Optional<Path> kept) ->
          List.of(ended(run, JobStatus.CANCELLED, Optional.empty(), kept));
    };
  }

  private List<QueueEvent> finished(JobRun run, JobSummary summary) {
    QueuedJob job = run.job();
    List<QueueEvent> events = new ArrayList<>();
    events.add(new PlanFinished(job.id(), now(), job.plan(), LogSentences.of(run.job(), summary)));
    if (job.plan() == job.plans() - 1) {
      events.add(ended(run, JobStatus.DONE, Optional.empty(), Optional.empty()));
    } else if (job.cancelRequested()) {
      events.add(ended(run, JobStatus.CANCELLED, Optional.empty(), Optional.empty()));
    }
    return events;
  }

  /** After the events of a plan's end are recorded: the job's next plan begins, if it has one. */
  void goOn(long number) {
    JobRun run = of(number).orElseThrow();
    if (run.job().hasStarted()) {
      run.beginNext();
      claim(run);
    } else {
      byNumber.remove(number);
      byJob.remove(run.job().id());
    }
  }

  private Ended failed(JobRun run, Failure failure, Optional<Path> kept) {
    return ended(run, JobStatus.FAILED, Optional.of(LogSentences.told(failure, kept)), kept);
  }

  private Ended ended(
      JobRun run, JobStatus status, Optional<JobFailure> failure, Optional<Path> kept) {
    return new Ended(
        run.job().id(), now(), status, run.progress(), failure, kept.map(Path::toString));
  }

  private Noted noted(JobRun run, Level level, String message) {
    return new Noted(run.job().id(), now(), level, LogSentences.wellFormed(message));
  }

  private Instant now() {
    return clock.instant();
  }

  /** Work in an output's directory, and what becomes of it. */
  private void blocking(Supplier<QueueMessage> work, Function<Throwable, QueueMessage> failed) {
    context.pipeToSelf(
        CompletableFuture.supplyAsync(work, dispatcher("stockpot.blocking-dispatcher")),
        (message, thrown) -> message != null ? message : failed.apply(thrown));
  }

  /** Work that reads what a plan names before there is a job, and what becomes of it. */
  void reading(Supplier<QueueMessage> work, Function<Throwable, QueueMessage> failed) {
    PatientStep<QueueMessage> _ = patient("stockpot.submission-dispatcher", work, _ -> {}, failed);
  }

  private PatientStep<QueueMessage> patient(
      String dispatcher,
      Supplier<QueueMessage> work,
      Consumer<QueueMessage> late,
      Function<Throwable, QueueMessage> failed) {
    PatientStep<QueueMessage> step =
        PatientStep.start(dispatcher(dispatcher), settings.filePatience(), work, late);
    context.pipeToSelf(
        step.result(), (message, thrown) -> message != null ? message : failed.apply(thrown));
    return step;
  }

  private Executor dispatcher(String path) {
    return context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(path));
  }
}
