package dev.stockpot.cli.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.Soup;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.worker.actor.WorkerSettings;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.node.DeviceMode;
import dev.stockpot.worker.node.HostDevices;
import dev.stockpot.worker.node.HostWorkers;
import dev.stockpot.worker.storage.NodeStorage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * A lease desk and workers in one actor system of this process; opens no port. May carry out many
 * plans, one after another.
 */
public final class LocalSystem implements AutoCloseable {

  private final ActorSystem<LeaseDesk.Command> system;
  private final Jobs jobs;
  private final AtomicInteger started = new AtomicInteger();

  private LocalSystem(ActorSystem<LeaseDesk.Command> system, CoordinatorSettings settings) {
    this.system = system;
    this.jobs = Jobs.embedded(settings, system);
  }

  /**
   * Starts the system, on the CPU.
   *
   * @param workers one worker actor for each
   */
  public static LocalSystem start(List<CpuSettings> workers) {
    return start(
        HostDevices.of(
            DeviceMode.CPU,
            new HostDevices.Cpu(workers, Kernels.best(), NodeStorage.own()),
            Map.of()));
  }

  /**
   * Starts the system.
   *
   * @param devices get a worker actor each
   */
  public static LocalSystem start(HostDevices devices) {
    // Logback starts here, alone: a second thread that logs while it starts is told off by SLF4J.
    LoggerFactory.getILoggerFactory();
    ClassLoader libraries = new LocalLibraries();
    Config config = ConfigFactory.load(libraries);
    CoordinatorSettings settings = CoordinatorSettings.from(config);
    WorkerSettings workerSettings = WorkerSettings.from(config);
    return new LocalSystem(
        ActorSystem.create(
            guardian(settings, workerSettings, devices),
            "stockpot",
            BootstrapSetup.create(config).withClassloader(libraries)),
        settings);
  }

  private static Behavior<LeaseDesk.Command> guardian(
      CoordinatorSettings settings, WorkerSettings workerSettings, HostDevices devices) {
    return Behaviors.setup(context -> {
      ActorRef<LeaseDesk.Command> desk =
          context.spawn(LeaseDesk.create(settings.desk(), DataAccess.none()), "desk");
      ActorRef<WorkerEvent> fromWorkers =
          context.messageAdapter(WorkerEvent.class, LeaseDesk.FromWorker::new);
      context.spawn(
          HostWorkers.create("", workerSettings, devices, Set.of(fromWorkers)), "workers");
      return Behaviors.receiveMessage(command -> {
        desk.tell(command);
        return Behaviors.same();
      });
    });
  }

  /**
   * Carries a plan out to its end; the evaluators of a search may be whatever its plan says.
   *
   * @param replace whether an output that exists is replaced
   * @param updates hears of every update, on a thread of the system
   * @return the last update
   */
  public JobUpdate.End run(Plan plan, boolean replace, Consumer<JobUpdate> updates) {
    return run(
        plan, replace, updates, staging -> JobOrder.of(JobOrder.ALONE, 0, plan, staging, replace));
  }

  /** The same for several soups of a plan's models, in one pass over them. */
  public JobUpdate.End run(
      MergePlan plan, List<Soup> soups, boolean replace, Consumer<JobUpdate> updates) {
    return run(plan, replace, updates, staging -> MergeOrder.alone(plan, soups, staging, replace));
  }

  private JobUpdate.End run(
      Plan plan,
      boolean replace,
      Consumer<JobUpdate> updates,
      Function<StagingArea, JobOrder> order) {
    CompletableFuture<JobUpdate.End> ended = new CompletableFuture<>();
    Consumer<JobUpdate> follower =
        update -> {
          updates.accept(update);
          if (update instanceof JobUpdate.End end) {
            ended.complete(end);
          }
        };
    try (StagingArea staging = StagingArea.claim(plan.output().path(), replace)) {
      system.systemActorOf(
          jobs.job(order.apply(staging), follower),
          "job-" + started.incrementAndGet(),
          Props.empty());
      JobUpdate.End last = ended.join();
      if (JobUpdate.leavesNothing(last)) {
        staging.delete();
      }
      return last;
    }
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
