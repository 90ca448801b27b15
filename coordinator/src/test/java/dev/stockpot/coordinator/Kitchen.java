package dev.stockpot.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.ScriptedExecutor.Fate;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.worker.actor.DeviceWorker;
import dev.stockpot.worker.actor.WorkerSettings;
import java.time.Duration;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** An actor system with a lease desk, to which tests add workers and merges. */
final class Kitchen implements AutoCloseable {

  static final Duration LEASE_TERM = Duration.ofMillis(700);

  /** Short terms, for these tests wait for real ones. */
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              stockpot.coordinator {
                lease-term = %dms
                lease-check = 50ms
                progress = 20ms
              }
              stockpot.worker.heartbeat = 100ms
              """
                  .formatted(LEASE_TERM.toMillis()))
          .withFallback(ConfigFactory.load("application-test"));

  static final WorkerSettings WORKER = WorkerSettings.from(CONFIG);

  final ActorTestKit kit = ActorTestKit.create("kitchen", CONFIG);
  private final CoordinatorSettings settings = CoordinatorSettings.from(CONFIG);
  final ActorRef<LeaseDesk.Command> desk =
      kit.spawn(LeaseDesk.create(settings.desk(), DataAccess.none(), _ -> {}));

  /** A real worker on the CPU. */
  ActorRef<?> worker(String name) {
    return worker(name, _ -> ScriptedExecutor.DONE);
  }

  ActorRef<?> worker(String name, Function<TensorTask, Fate> script) {
    return kit.spawn(
        DeviceWorker.create(
            name, WORKER, () -> new ScriptedExecutor(script), kit.spawn(Forward.to(desk))));
  }

  /** What a follower of the merge hears. */
  TestProbe<JobUpdate> merge(Soup soup, StagingArea staging, boolean replace) {
    TestProbe<JobUpdate> follower = kit.createTestProbe();
    kit.spawn(
        Jobs.embedded(settings, desk)
            .job(
                MergeOrder.alone(soup.plan(), soup.soups(), staging, replace),
                follower.ref()::tell));
    return follower;
  }

  /** The next update of a kind; others before it are passed over, an end is not. */
  static <T extends JobUpdate> T await(TestProbe<JobUpdate> follower, Class<T> kind) {
    while (true) {
      JobUpdate update = follower.receiveMessage();
      if (kind.isInstance(update)) {
        return kind.cast(update);
      }
      assertThat(update).isNotInstanceOf(JobUpdate.End.class);
    }
  }

  static MergeSummary summary(TestProbe<JobUpdate> follower) {
    return (MergeSummary) await(follower, JobUpdate.Finished.class).summary();
  }

  /** Ends every actor where it stands, as the end of the process would. */
  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
