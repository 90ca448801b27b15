package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.Answer.Ok;
import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.JobRequest.Submit;
import dev.stockpot.coordinator.queue.QueueMessage.SubmissionRead;
import dev.stockpot.coordinator.queue.QueueMessage.SubmissionRefused;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Submissions whose plans are being read, and who waits for the answer: a submission that is
 * repeated meanwhile is still one job. Confined to the queue's actor.
 */
final class Submissions {

  private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

  /** Plans read at once, and askers of one: more are told to come again. */
  private static final int MAX_READ = 64;

  private record Pending(
      Submitted submission, List<ActorRef<Answer<JobRequest.Submitted>>> askers) {}

  private final QueueSettings settings;
  private final SubmissionCheck check;
  private final JournalRoom room;
  private final JobReader reader;
  private final JobRuns runs;
  private final InstantSource clock;
  private final Map<String, Pending> pending = new HashMap<>();
  private long pendingSize;

  Submissions(
      QueueSettings settings,
      SubmissionCheck check,
      JobReader reader,
      JobRuns runs,
      InstantSource clock) {
    this.settings = settings;
    this.check = check;
    this.room = new JournalRoom(settings.journalDirectory());
    this.reader = reader;
    this.runs = runs;
    this.clock = clock;
  }

  /** Answers at once, or has the plan read and comes back as a message. */
  void on(QueueState state, Submit submit) {
    answerAtOnce(state, submit).ifPresent(submit.replyTo()::tell);
  }

  private Optional<? extends Answer<JobRequest.Submitted>> answerAtOnce(
      QueueState state, Submit submit) {
    JobSubmission submission = submit.submission();
    Optional<Refused<JobRequest.Submitted>> refused = check.atFirstSight(submission);
    if (refused.isPresent()) {
      return refused;
    }
    String id = submission.id().orElseGet(() -> "job-" + UUID.randomUUID());
    Optional<QueuedJob> known = state.job(id);
    if (known.isPresent()) {
      return Optional.of(again(known.get(), submission));
    }
    Pending reading = pending.get(id);
    if (reading != null) {
      return join(reading, submit);
    }
    if (state.open() + pending.size() >= settings.maxQueued()
        || state.openSize() + pendingSize + submission.plan().length() > settings.maxPlanBytes()) {
      return unavailable(
          "the queue is full: %,d jobs have not ended; wait for some, or cancel some"
              .formatted(state.open()));
    }
    if (pending.size() >= MAX_READ) {
      return unavailable("too many plans are being read; try again in a second");
    }
    read(Submitted.unread(id, clock.instant(), submission), submit);
    return Optional.empty();
  }

  private Answer<JobRequest.Submitted> again(QueuedJob job, JobSubmission submission) {
    return job.submission().isOf(submission)
        ? new Ok<>(new JobRequest.Submitted(reader.view(job), false))
        : another(job.id());
  }

  private static Optional<Refused<JobRequest.Submitted>> join(Pending reading, Submit submit) {
    if (!reading.submission().isOf(submit.submission())) {
      return Optional.of(another(reading.submission().id()));
    }
    if (reading.askers().size() >= MAX_READ) {
      return unavailable("too many submit this job at once; try again in a second");
    }
    reading.askers().add(submit.replyTo());
    return Optional.empty();
  }

  private static Refused<JobRequest.Submitted> another(String id) {
    return new Refused<>(
        Reason.CONFLICT,
        "there is a job '%s' of another plan, directory, priority or replacement; choose another id"
            .formatted(id),
        List.of());
  }

  private static Optional<Refused<JobRequest.Submitted>> unavailable(String message) {
    return Optional.of(new Refused<>(Reason.UNAVAILABLE, message, List.of()));
  }

  private void read(Submitted unread, Submit submit) {
    Pending reading = new Pending(unread, new ArrayList<>());
    reading.askers().add(submit.replyTo());
    pending.put(unread.id(), reading);
    pendingSize += unread.plan().length();
    runs.reading(
        () -> {
          try {
            Submitted submission = check.read(unread);
            room.check(2L * unread.plan().length());
            return new SubmissionRead(submission);
          } catch (SubmissionCheck.RefusedException e) {
            return new SubmissionRefused(unread.id(), e.answer());
          }
        },
        thrown -> unreadable(unread.id(), thrown));
  }

  private static QueueMessage unreadable(String id, Throwable thrown) {
    if (thrown instanceof MergeException known) {
      return new SubmissionRefused(
          id, new Refused<>(Reason.UNAVAILABLE, known.failure().message(), List.of()));
    }
    try (MDC.MDCCloseable _ = MDC.putCloseable("job", id)) {
      LOG.error("job {}: its plan could not be read", id, thrown);
    }
    return new SubmissionRefused(
        id, new Refused<>(Reason.UNAVAILABLE, "the plan could not be read: " + thrown, List.of()));
  }

  /** The job stands in the journal: whoever came first is told that it is new. */
  void accepted(JobView job) {
    boolean created = true;
    for (ActorRef<Answer<JobRequest.Submitted>> asker : askersOf(job.id())) {
      asker.tell(new Ok<>(new JobRequest.Submitted(job, created)));
      created = false;
    }
  }

  void on(SubmissionRefused refused) {
    askersOf(refused.id()).forEach(asker -> asker.tell(refused.answer()));
  }

  private List<ActorRef<Answer<JobRequest.Submitted>>> askersOf(String id) {
    Pending read = Objects.requireNonNull(pending.remove(id));
    pendingSize -= read.submission().plan().length();
    return read.askers();
  }
}
