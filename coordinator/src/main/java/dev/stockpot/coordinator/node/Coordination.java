package dev.stockpot.coordinator.node;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.figures.CoordinatorFigures;
import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryFeed;
import dev.stockpot.coordinator.history.NodeRow;
import dev.stockpot.coordinator.history.Reports;
import dev.stockpot.coordinator.http.Duty;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.postgres.PostgresJournal;
import dev.stockpot.coordinator.queue.JobQueue;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.coordinator.queue.QueueSettings;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.coordinator.web.ReportPage;
import dev.stockpot.protocol.api.WorkerView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.UnreachableMember;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * What the holder of the tenure does: the queue of jobs, the desk that leases their tasks, and the
 * API in front of them. The cluster's singleton. Ends, and so ends its node, when the queue's
 * journal fails.
 */
final class Coordination {

  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);

  sealed interface Message {}

  private record NodeLost(Member member) implements Message {}

  private Coordination() {}

  /**
   * Coordinates from now on.
   *
   * @param root the whole configuration
   * @param api answers for the queue as soon as that runs
   */
  static Behavior<Message> create(Config root, HttpApi api, Tenure tenure) {
    CoordinatorSettings settings = CoordinatorSettings.from(root);
    QueueSettings queueSettings = QueueSettings.from(root);
    EvaluatorPermission permission = EvaluatorPermission.from(root);
    return Behaviors.setup(context -> {
      ActorSystem<?> system = context.getSystem();
      JobFiles files =
          new JobFiles(List.of(api.url()), system.dispatchers().lookup(HttpApi.DATA_DISPATCHER));
      HistoryFeed feed = new HistoryFeed();
      Consumer<HistoryEvent> history = feed.andThen(CoordinatorFigures.reader(system));
      ActorRef<LeaseDesk.Command> desk =
          context.spawn(LeaseDesk.listed(settings.desk(), files, history), "desk");
      Consumer<String> forget = PostgresJournal.forgetting(root, tenure.epoch());
      Jobs jobs = new Jobs(settings, desk, tenure, files, permission, forget);
      ActorRef<JobRequest> queue =
          context.spawn(
              JobQueue.create(
                  queueSettings,
                  jobs,
                  drained -> desk.tell(new LeaseDesk.DrainWorkers(drained)),
                  history),
              "queue");
      Supplier<CompletionStage<List<WorkerView>>> workers =
          () -> AskPattern.ask(desk, LeaseDesk.ListWorkers::new, ASK_TIMEOUT, system.scheduler());
      ActorRef<Historian.Command> historian =
          context.spawn(
              Historian.create(
                  feed,
                  new Historian.Sources(
                      NodeRow.of(HttpSettings.from(root).cluster(), api.url()),
                      workers,
                      CoordinatorFigures.actors(system),
                      reports(root))),
              "historian");
      context.watch(queue);
      followMembers(context);
      api.take(new Duty.Active(queue, workers, files, historian));
      CoordinatorFigures.coordinates(system, root, workers);
      return Behaviors.receive(Message.class)
          .onMessage(
              NodeLost.class,
              lost -> {
                desk.tell(new LeaseDesk.WorkersLost(Set.of(lost.member().address())));
                return Behaviors.same();
              })
          .onSignal(
              Terminated.class,
              _ -> {
                context.getLog().error("The queue of jobs has ended; this node starts anew");
                CoordinatedShutdown.get(Adapter.toClassic(system))
                    .runAll(CoordinatedShutdown.clusterDowningReason());
                return Behaviors.stopped();
              })
          .build();
    });
  }

  private static Reports reports(Config root) {
    Path data = Path.of(root.getString("stockpot.coordinator.data-dir"));
    return new Reports(Optional.of(data.resolve("reports")), ReportPage::of);
  }

  /**
   * Leases of a node that does not answer go to others at once, before the cluster puts it out: if
   * it answers again after all, a task is merged twice, which costs time and changes no byte.
   */
  private static void followMembers(ActorContext<Message> context) {
    Cluster cluster = Cluster.get(context.getSystem());
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(
                    UnreachableMember.class, event -> new NodeLost(event.member())),
                UnreachableMember.class));
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(MemberRemoved.class, event -> new NodeLost(event.member())),
                MemberRemoved.class));
  }
}
