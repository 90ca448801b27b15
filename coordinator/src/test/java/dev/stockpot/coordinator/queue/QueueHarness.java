package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.queue.Answer.Ok;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.JobNews.JobChanged;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** A queue of scripted jobs with its journal in a directory, and what clients ask of it. */
final class QueueHarness implements AutoCloseable {

  final Path root;
  final ScriptedJobs jobs = new ScriptedJobs();
  final ActorTestKit kit;
  final ActorRef<JobRequest> queue;

  /** What the desk is told, one after the other. */
  final BlockingQueue<Set<String>> drained = new LinkedBlockingQueue<>();

  /** What whoever keeps a history is told. */
  final BlockingQueue<HistoryEvent> told = new LinkedBlockingQueue<>();

  private QueueHarness(Path directory, Map<String, ?> settings, UnaryOperator<Config> journal) {
    Config own =
        ConfigFactory.parseMap(settings)
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of(
                        "stockpot.coordinator.data-dir",
                        directory.resolve("data").toString(),
                        "stockpot.coordinator.roots",
                        List.of(directory.resolve("root").toString()))));
    root = directory.resolve("root");
    kit =
        ActorTestKit.create(
            "QueueHarness",
            journal.apply(
                ConfigFactory.load(
                    own.withFallback(ConfigFactory.parseResources("application-test.conf")))));
    queue =
        kit.spawn(
            JobQueue.create(
                QueueSettings.from(kit.system().settings().config()),
                jobs,
                drained::add,
                told::add));
  }

  /** A queue that goes on with the journal of the last one in the directory. */
  static QueueHarness in(Path directory) {
    return in(directory, Map.of());
  }

  static QueueHarness in(Path directory, Map<String, ?> settings) {
    return in(directory, settings, UnaryOperator.identity());
  }

  /** A queue that goes on with the journal that {@code journal} puts into the configuration. */
  static QueueHarness in(Path directory, Map<String, ?> settings, UnaryOperator<Config> journal) {
    try {
      for (String model : List.of("a", "b")) {
        Files.createDirectories(directory.resolve("root").resolve(model));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new QueueHarness(directory, settings, journal);
  }

  /** Plans of the models {@code a} and {@code b}, one for each output. */
  static String plan(String... outputs) {
    return List.of(outputs).stream()
        .map(
            """
            version: 1
            method: linear
            models:
              - {model: a, weight: 0.5}
              - {model: b, weight: 0.5}
            output: {path: %s}
            """
                ::formatted)
        .collect(Collectors.joining("---\n"));
  }

  JobSubmission submission(String id, String plan, int priority) {
    return new JobSubmission(Optional.of(id), plan, root.toString(), "plan.yaml", priority, false);
  }

  JobSubmission submission(String id, String... outputs) {
    return submission(id, plan(outputs), 0);
  }

  <T> T ask(Function<ActorRef<T>, JobRequest> request) {
    TestProbe<T> probe = kit.createTestProbe();
    queue.tell(request.apply(probe.ref()));
    T answer = probe.receiveMessage();
    probe.stop();
    return answer;
  }

  Answer<JobRequest.Submitted> submit(JobSubmission submission) {
    return ask(replyTo -> new JobRequest.Submit(submission, replyTo));
  }

  /** Submits what is to be accepted as new. */
  JobView submitted(JobSubmission submission) {
    JobRequest.Submitted submitted = ok(submit(submission));
    assertThat(submitted.created()).isTrue();
    return submitted.job();
  }

  JobView job(String id) {
    return ok(this.<Answer<JobView>>ask(replyTo -> new JobRequest.GetJob(id, replyTo)));
  }

  JobView cancel(String id) {
    return ok(this.<Answer<JobView>>ask(replyTo -> new JobRequest.Cancel(id, replyTo)));
  }

  JobView retry(String id) {
    return ok(this.<Answer<JobView>>ask(replyTo -> new JobRequest.Retry(id, replyTo)));
  }

  /** Why the queue does not do that. */
  Answer.Reason whyNot(Function<ActorRef<Answer<JobView>>, JobRequest> request) {
    return refused(ask(request)).reason();
  }

  List<String> log(String id) {
    Answer<List<LogLine>> log = ask(replyTo -> new JobRequest.GetLog(id, 0, replyTo));
    return ok(log).stream().map(LogLine::message).toList();
  }

  TestProbe<JobNews> follow(String id) {
    TestProbe<JobNews> follower = kit.createTestProbe();
    queue.tell(new JobRequest.Follow(id, 0, follower.ref()));
    return follower;
  }

  /** Waits until a job is in a state; returns it as it is then. */
  JobView await(String id, JobStatus status) {
    TestProbe<JobNews> follower = follow(id);
    List<JobStatus> seen = new ArrayList<>();
    while (true) {
      if (follower.receiveMessage() instanceof JobChanged(JobView job)) {
        seen.add(job.status());
        if (job.status() == status) {
          queue.tell(new JobRequest.Unfollow(id, follower.ref()));
          return job;
        }
        assertThat(job.status().isTerminal()).as("%s", seen).isFalse();
      }
    }
  }

  static <T> T ok(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Ok.class);
    return ((Ok<T>) answer).value();
  }

  static <T> Refused<T> refused(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Refused.class);
    return (Refused<T>) answer;
  }

  /** Ends every actor where it stands, as the end of the process would. */
  @Override
  public void close() {
    kit.shutdownTestKit();
    jobs.freeOutputs();
  }
}
