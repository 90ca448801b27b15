package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.JobNews.JobChanged;
import dev.stockpot.coordinator.queue.JobNews.Logged;
import dev.stockpot.coordinator.queue.JobRequest.Follow;
import dev.stockpot.coordinator.queue.QueueMessage.TellProgress;
import dev.stockpot.coordinator.queue.state.JobLog;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.protocol.api.LogLine;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Who follows which job, and up to where they know its log. Progress is told at most five times a
 * second. Confined to the queue's actor, whose context it uses.
 */
final class Followers {

  private static final Duration TELL_PROGRESS = Duration.ofMillis(200);

  private final ActorContext<QueueMessage> context;
  private final TimerScheduler<QueueMessage> timers;
  private final JobReader reader;

  /** By job; each with the last line of the log that it was told. */
  private final Map<String, Map<ActorRef<JobNews>, Long>> byJob = new HashMap<>();

  private final Map<ActorRef<JobNews>, Set<String>> followed = new HashMap<>();

  /** Jobs whose progress followers have not been told. */
  private final Set<String> progressed = new HashSet<>();

  Followers(
      ActorContext<QueueMessage> context, TimerScheduler<QueueMessage> timers, JobReader reader) {
    this.context = context;
    this.timers = timers;
    this.reader = reader;
  }

  void on(QueueState state, Follow follow) {
    ActorRef<JobNews> subscriber = follow.subscriber();
    QueuedJob job = state.job(follow.id()).orElse(null);
    if (job == null) {
      subscriber.tell(new JobNews.Unknown(follow.id()));
    } else if (job.status().isTerminal()) {
      tellLines(subscriber, job.log(), follow.after());
      subscriber.tell(new JobChanged(reader.view(job)));
    } else {
      subscriber.tell(new JobChanged(reader.view(job)));
      tellLines(subscriber, job.log(), follow.after());
      byJob.computeIfAbsent(job.id(), _ -> new HashMap<>()).put(subscriber, job.log().last());
      followed.computeIfAbsent(subscriber, _ -> new HashSet<>()).add(job.id());
      context.watch(subscriber);
    }
  }

  void unfollow(String job, ActorRef<JobNews> subscriber) {
    Map<ActorRef<JobNews>, Long> ofJob = byJob.get(job);
    if (ofJob != null && ofJob.remove(subscriber) != null && ofJob.isEmpty()) {
      byJob.remove(job);
    }
    Set<String> jobs = followed.get(subscriber);
    if (jobs != null && jobs.remove(job) && jobs.isEmpty()) {
      followed.remove(subscriber);
      context.unwatch(subscriber);
    }
  }

  /** A watched actor stopped. */
  void forget(ActorRef<Void> stopped) {
    ActorRef<JobNews> subscriber = stopped.unsafeUpcast();
    for (String job : Set.copyOf(followed.getOrDefault(subscriber, Set.of()))) {
      unfollow(job, subscriber);
    }
  }

  /** The job's log has new lines. */
  void tellLines(QueuedJob job) {
    Map<ActorRef<JobNews>, Long> ofJob = byJob.get(job.id());
    if (ofJob != null) {
      ofJob.replaceAll((subscriber, known) -> {
        tellLines(subscriber, job.log(), known);
        return job.log().last();
      });
    }
  }

  private static void tellLines(ActorRef<JobNews> subscriber, JobLog log, long known) {
    for (LogLine line : log.after(known)) {
      subscriber.tell(new Logged(line));
    }
  }

  /** The job is not what it was; a job that ended has no followers after that. */
  void tellChange(QueuedJob job) {
    progressed.remove(job.id());
    Map<ActorRef<JobNews>, Long> ofJob = byJob.get(job.id());
    if (ofJob == null) {
      return;
    }
    JobChanged news = new JobChanged(reader.view(job));
    List<ActorRef<JobNews>> subscribers = List.copyOf(ofJob.keySet());
    for (ActorRef<JobNews> subscriber : subscribers) {
      subscriber.tell(news);
      if (job.status().isTerminal()) {
        unfollow(job.id(), subscriber);
      }
    }
  }

  /** The job's progress is to be told before long. */
  void progressed(String job) {
    if (byJob.containsKey(job) && progressed.add(job) && !timers.isTimerActive(TELL_PROGRESS)) {
      timers.startSingleTimer(TELL_PROGRESS, new TellProgress(), TELL_PROGRESS);
    }
  }

  void tellProgress(QueueState state) {
    List<String> jobs = List.copyOf(progressed);
    jobs.forEach(job -> state.job(job).ifPresent(this::tellChange));
    progressed.clear();
  }
}
