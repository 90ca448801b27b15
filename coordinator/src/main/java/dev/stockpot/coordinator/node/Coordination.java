package dev.stockpot.coordinator.node;

import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.desk.DeskSettings;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.http.Duty;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.job.MergeJob;
import dev.stockpot.coordinator.queue.JobQueue;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.coordinator.queue.MergeStarter;
import dev.stockpot.coordinator.queue.QueueSettings;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.coordinator.tenure.Tenure;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.UnreachableMember;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * What the holder of the tenure does: the queue of jobs, the desk that leases their tasks, and the
 * API in front of them. It is the cluster's singleton.
 */
public final class Coordination {

  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);

  private Coordination() {}

  /**
   * Coordinates from now on.
   *
   * @param api answers for it as soon as it runs
   */
  static Behavior<Void> create(
      CoordinatorSettings settings,
      DeskSettings deskSettings,
      QueueSettings queueSettings,
      HttpApi api,
      Tenure tenure) {
    return Behaviors.setup(context -> {
      ActorSystem<?> system = context.getSystem();
      JobFiles files =
          new JobFiles(List.of(api.url()), system.dispatchers().lookup(HttpApi.DATA_DISPATCHER));
      ActorRef<LeaseDesk.Command> desk =
          context.spawn(LeaseDesk.listed(deskSettings, files), "desk");
      followMembers(context, desk);
      MergeStarter starter = null;
      ActorRef<JobRequest> queue =
          context.spawn(JobQueue.create(queueSettings, starter), "queue");
      context.watch(queue);
      api.take(
          new Duty.Active(
              queue,
              () ->
                  AskPattern.ask(desk, LeaseDesk.ListWorkers::new, ASK_TIMEOUT, system.scheduler()),
              files));
      return Behaviors.empty();
    });
  }

  /** Leases of a node that does not answer go to others before the cluster has put it out. */
  private static void followMembers(
      ActorContext<Void> context, ActorRef<LeaseDesk.Command> desk) {
    Cluster cluster = Cluster.get(context.getSystem());
  }
}
