package dev.stockpot.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.coordinator.queue.JobNews.JobChanged;
import dev.stockpot.coordinator.queue.JobQueue;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.coordinator.queue.QueueSettings;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.FileTenureOffice;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.worker.actor.DeviceWorker;
import dev.stockpot.worker.actor.WorkerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the queue as real merges by real workers. */
class QueuedMergesTest {

  private static final String PLAN =
      """
      version: 1
      method: linear
      models:
        - {model: a, weight: 0.3}
        - {model: b, weight: 0.7}
      output: {path: %s}
      """;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private ActorTestKit kit;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private Tenure tenure;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private ActorRef<LeaseDesk.Command> desk;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private ActorRef<JobRequest> queue;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private Soup soup;

  @BeforeEach
  void begin() {
    soup = Soup.in(directory);
    Path data = directory.resolve("data");
    Config config =
        ConfigFactory.load(
            ConfigFactory.parseMap(
                    Map.of(
                        "stockpot.coordinator.data-dir",
                        data.toString(),
                        "stockpot.coordinator.roots",
                        List.of(directory.toString())))
                .withFallback(ConfigFactory.parseResources("application-test.conf")));
    kit = ActorTestKit.create("QueuedMergesTest", config);
    tenure = new FileTenureOffice(data, "http://me").tryAcquire().orElseThrow();
    CoordinatorSettings settings = CoordinatorSettings.from(config);
    desk = kit.spawn(LeaseDesk.create(settings.desk(), DataAccess.none(), _ -> {}));
    Jobs jobs =
        new Jobs(settings, desk, tenure, DataAccess.none(), EvaluatorPermission.any(), _ -> {});
    queue = kit.spawn(JobQueue.create(QueueSettings.from(config), jobs, _ -> {}, _ -> {}));
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
    tenure.close();
  }

  private void addWorker() {
    kit.spawn(
        DeviceWorker.create(
            "cpu",
            WorkerSettings.from(kit.system().settings().config()),
            () -> new ScriptedExecutor(_ -> ScriptedExecutor.DONE),
            kit.spawn(Forward.to(desk))));
  }

  private void submit(String id, String plan) {
    TestProbe<Answer<JobRequest.Submitted>> client = kit.createTestProbe();
    queue.tell(
        new JobRequest.Submit(
            new JobSubmission(Optional.of(id), plan, directory.toString(), "plan.yaml", 0, false),
            client.ref()));
    assertThat(client.receiveMessage()).isInstanceOf(Answer.Ok.class);
  }

  private JobView await(String id, JobStatus status) {
    TestProbe<JobNews> follower = kit.createTestProbe();
    queue.tell(new JobRequest.Follow(id, 0, follower.ref()));
    while (true) {
      if (follower.receiveMessage() instanceof JobChanged(JobView job)) {
        if (job.status() == status) {
          return job;
        }
        assertThat(job.status().isTerminal()).as("%s", job).isFalse();
      }
    }
  }

  private void assertMerged(String output) {
    assertThat(Soup.tensors(directory.resolve(output)))
        .containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void everyPlanOfEveryJobHasTheBitsOfTheScalarReference() {
    addWorker();
    submit("one", PLAN.formatted("soup-1") + "---\n" + PLAN.formatted("soup-2"));
    submit("two", PLAN.formatted("soup-3"));
    JobView one = await("one", JobStatus.DONE);
    JobView two = await("two", JobStatus.DONE);
    assertThat(one.progress().doneTasks()).isEqualTo(two.progress().doneTasks()).isPositive();
    for (String output : List.of("soup-1", "soup-2", "soup-3")) {
      assertMerged(output);
    }
  }

  @Test
  void aJobThatIsCancelledWhileItWaitsForWorkersLeavesNothingAndIsRetried() {
    submit("soup", PLAN.formatted("out"));
    await("soup", JobStatus.RUNNING);
    TestProbe<Answer<JobView>> client = kit.createTestProbe();
    queue.tell(new JobRequest.Cancel("soup", client.ref()));
    assertThat(client.receiveMessage()).isInstanceOf(Answer.Ok.class);
    await("soup", JobStatus.CANCELLED);
    assertThat(directory.resolve("out")).doesNotExist();
    assertThat(directory.resolve(".out.stockpot")).doesNotExist();
    addWorker();
    queue.tell(new JobRequest.Retry("soup", client.ref()));
    assertThat(client.receiveMessage()).isInstanceOf(Answer.Ok.class);
    assertThat(await("soup", JobStatus.DONE).attempt()).isEqualTo(2);
    assertMerged("out");
  }
}
