package dev.stockpot.cli.merge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.Coordinator;
import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.kernel.Kernels;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.worker.CpuExecutor;
import dev.stockpot.worker.CpuSettings;
import dev.stockpot.worker.DeviceWorker;
import dev.stockpot.worker.WorkerSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * Coordinator and workers in one actor system of this process; opens no port. May run many merges,
 * one after another.
 */
public final class LocalSystem implements AutoCloseable {

  private final ActorSystem<Coordinator.Command> system;

  private LocalSystem(ActorSystem<Coordinator.Command> system) {
    this.system = system;
  }

  /**
   * Starts the system.
   *
   * @param workers one worker actor for each
   */
  public static LocalSystem start(List<CpuSettings> workers) {
    // Logback starts here, alone: a second thread that logs while it starts is told off by SLF4J.
    LoggerFactory.getILoggerFactory();
    Config config = ConfigFactory.load();
    return new LocalSystem(
        ActorSystem.create(
            guardian(CoordinatorSettings.from(config), WorkerSettings.from(config), workers),
            "stockpot",
            config));
  }

  private static Behavior<Coordinator.Command> guardian(
      CoordinatorSettings settings, WorkerSettings workerSettings, List<CpuSettings> workers) {
    return Behaviors.setup(context -> {
      ActorRef<Coordinator.Command> coordinator =
          context.spawn(Coordinator.create(settings), "coordinator");
      ActorRef<WorkerEvent> fromWorkers =
          context.messageAdapter(WorkerEvent.class, Coordinator.FromWorker::new);
      for (int i = 0; i < workers.size(); i++) {
        CpuSettings cpu = workers.get(i);
        String name = workers.size() == 1 ? "cpu" : "cpu-" + i;
        context.spawn(
            DeviceWorker.create(
                name, workerSettings, () -> new CpuExecutor(cpu, Kernels.best()), fromWorkers),
            "worker-" + name);
      }
      return Behaviors.receiveMessage(command -> {
        coordinator.tell(command);
        return Behaviors.same();
      });
    });
  }

  /**
   * Runs a merge to its end.
   *
   * @param updates hears of every update, on a thread of the system
   * @return the last update: Finished or Failed
   */
  public JobUpdate run(MergePlan plan, boolean replace, Consumer<JobUpdate> updates) {
    CompletableFuture<JobUpdate> ended = new CompletableFuture<>();
    try (StagingArea staging = StagingArea.claim(plan.output().path())) {
      ActorRef<JobUpdate> follower =
          system.systemActorOf(follower(updates, ended), "follower", Props.empty());
      system.tell(new Coordinator.Merge(new MergeOrder(plan, staging, replace), follower));
      JobUpdate last = ended.join();
      if ((last instanceof JobUpdate.Failed failed && failed.resumable().isEmpty())
          || last instanceof JobUpdate.Finished) {
        staging.delete();
      }
      return last;
    }
  }

  private static Behavior<JobUpdate> follower(
      Consumer<JobUpdate> updates, CompletableFuture<JobUpdate> ended) {
    return Behaviors.receiveMessage(update -> {
      updates.accept(update);
      return switch (update) {
        case JobUpdate.Finished _, JobUpdate.Failed _ -> {
          ended.complete(update);
          yield Behaviors.stopped();
        }
        case JobUpdate.Started _, JobUpdate.Progressed _, JobUpdate.Committing _ ->
            Behaviors.same();
      };
    });
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
