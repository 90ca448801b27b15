package dev.stockpot.cli.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryFeed;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.queue.LoneJob;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * A lease desk and workers in one actor system of this process; opens no port, but for pages that
 * show what it does where they are asked for. May carry out many plans, one after another.
 */
public final class LocalSystem implements AutoCloseable {

  private final ActorSystem<LeaseDesk.Command> system;
  private final Jobs jobs;
  private final Consumer<HistoryEvent> history;
  private final Optional<Dashboard> dashboard;
  private final AtomicInteger started = new AtomicInteger();

  private LocalSystem(
      ActorSystem<LeaseDesk.Command> system,
      CoordinatorSettings settings,
      Consumer<HistoryEvent> history,
      Optional<Dashboard> dashboard) {
    this.system = system;
    this.jobs = Jobs.embedded(settings, system);
    this.history = history;
    this.dashboard = dashboard;
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
    return start(devices, false);
  }

  /**
   * Starts the system.
   *
   * @param watched whether it serves pages that show what it does
   */
  public static LocalSystem start(HostDevices devices, boolean watched) {
    // Logback starts here, alone: a second thread that logs while it starts is told off by SLF4J.
    LoggerFactory.getILoggerFactory();
    ClassLoader libraries = new LocalLibraries(watched);
    Config config = ConfigFactory.load(libraries);
    CoordinatorSettings settings = CoordinatorSettings.from(config);
    WorkerSettings workerSettings = WorkerSettings.from(config);
    HistoryFeed feed = new HistoryFeed();
    Consumer<HistoryEvent> history = watched ? feed : _ -> {};
    ActorSystem<LeaseDesk.Command> system =
        ActorSystem.create(
            guardian(settings, workerSettings, devices, history),
            "stockpot",
            watched ? measured(config, libraries) : plain(config, libraries));
    MetricsSetup.of(system).ifPresent(metrics -> metrics.follow(system, false));
    return new LocalSystem(
        system,
        settings,
        history,
        watched ? Optional.of(Dashboard.start(system, feed)) : Optional.empty());
  }

  private static ActorSystemSetup plain(Config config, ClassLoader libraries) {
    return ActorSystemSetup.create(BootstrapSetup.create(config).withClassloader(libraries));
  }

  /** Pages also show what the actors do. */
  private static ActorSystemSetup measured(Config config, ClassLoader libraries) {
    return plain(MetricsSetup.over(config), libraries)
        .and(new MetricsSetup(new Metrics(StockpotVersion.current())));
  }

  /** Of the page that shows what it does, if there is one. */
  public Optional<String> dashboard() {
    return dashboard.map(Dashboard::address);
  }

  private static Behavior<LeaseDesk.Command> guardian(
      CoordinatorSettings settings,
      WorkerSettings workerSettings,
      HostDevices devices,
      Consumer<HistoryEvent> history) {
    return Behaviors.setup(context -> {
      ActorRef<LeaseDesk.Command> desk =
          context.spawn(LeaseDesk.create(settings.desk(), DataAccess.none(), history), "desk");
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
    return run(plan, replace, updates, (id, staging) -> JobOrder.of(id, 0, plan, staging, replace));
  }

  /** The same for several soups of a plan's models, in one pass over them. */
  public JobUpdate.End run(
      MergePlan plan, List<Soup> soups, boolean replace, Consumer<JobUpdate> updates) {
    return run(
        plan, replace, updates, (_, staging) -> MergeOrder.alone(plan, soups, staging, replace));
  }

  private JobUpdate.End run(
      Plan plan,
      boolean replace,
      Consumer<JobUpdate> updates,
      BiFunction<String, StagingArea, JobOrder> order) {
    CompletableFuture<JobUpdate.End> ended = new CompletableFuture<>();
    int number = started.incrementAndGet();
    String id = number == 1 ? JobOrder.ALONE : JobOrder.ALONE + "-" + number;
    Consumer<JobUpdate> told =
        dashboard.isPresent() ? new LoneJob(id, plan, replace, history) : _ -> {};
    Consumer<JobUpdate> follower =
        update -> {
          told.accept(update);
          updates.accept(update);
          if (update instanceof JobUpdate.End end) {
            ended.complete(end);
          }
        };
    try (StagingArea staging = StagingArea.claim(plan.output().path(), replace)) {
      system.systemActorOf(
          jobs.job(order.apply(id, staging), follower), "job-" + number, Props.empty());
      JobUpdate.End last = ended.join();
      if (JobUpdate.leavesNothing(last)) {
        staging.delete();
      }
      return last;
    }
  }

  @Override
  public void close() {
    dashboard.ifPresent(Dashboard::close);
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
