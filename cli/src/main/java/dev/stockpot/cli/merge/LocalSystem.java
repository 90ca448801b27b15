package dev.stockpot.cli.merge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeJob;
import dev.stockpot.coordinator.job.MergeOrder;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.search.SearchJob;
import dev.stockpot.coordinator.search.SearchOrder;
import dev.stockpot.coordinator.search.SearchUpdate;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.kernel.Kernels;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.SearchPlan;
import dev.stockpot.merge.plan.Soup;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.worker.CpuSettings;
import dev.stockpot.worker.WorkerSettings;
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
 * A lease desk and workers in one actor system of this process; opens no port. May run many merges,
 * one after another.
 */
public final class LocalSystem implements AutoCloseable {

  private final ActorSystem<LeaseDesk.Command> system;
  private final CoordinatorSettings settings;
  private final AtomicInteger merges = new AtomicInteger();

  private LocalSystem(ActorSystem<LeaseDesk.Command> system, CoordinatorSettings settings) {
    this.system = system;
    this.settings = settings;
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
   * Runs a merge to its end.
   *
   * @param updates hears of every update, on a thread of the system
   * @return the last update
   */
  public JobUpdate.End run(MergePlan plan, boolean replace, Consumer<JobUpdate> updates) {
    return run(plan, List.of(Soup.of(plan)), replace, updates);
  }

  /** The same for several soups of the plan's models, in one pass over them. */
  public JobUpdate.End run(
      MergePlan plan, List<Soup> soups, boolean replace, Consumer<JobUpdate> updates) {
    CompletableFuture<JobUpdate.End> ended = new CompletableFuture<>();
    try (StagingArea staging = StagingArea.claim(plan.output().path(), replace)) {
      system.systemActorOf(
          merge(MergeOrder.alone(plan, soups, staging, replace), updates, ended),
          "merge-" + merges.incrementAndGet(),
          Props.empty());
      JobUpdate.End last = ended.join();
      switch (last) {
        case JobUpdate.Finished _ -> staging.delete();
        case JobUpdate.Failed failed when failed.resumable().isEmpty() -> staging.delete();
        case JobUpdate.Cancelled cancelled when cancelled.resumable().isEmpty() -> staging.delete();
        case JobUpdate.Failed _, JobUpdate.Cancelled _ -> {}
      }
      return last;
    }
  }

  /** Runs the job and stops with it. */
  private Behavior<JobUpdate> merge(
      MergeOrder order, Consumer<JobUpdate> updates, CompletableFuture<JobUpdate.End> ended) {
    return Behaviors.setup(context -> {
      context.spawn(
          MergeJob.create(
              order, settings, system, Tenure.unshared(), DataAccess.none(), context.getSelf()),
          "job");
      return Behaviors.receiveMessage(update -> {
        updates.accept(update);
        if (update instanceof JobUpdate.End end) {
          ended.complete(end);
          return Behaviors.stopped();
        }
        return Behaviors.same();
      });
    });
  }

  /**
   * Runs a search to its end; its evaluators may be whatever its plan says.
   *
   * @param replace whether an output that exists is replaced
   * @param updates hears of every update, on a thread of the system
   * @return the last update
   */
  public SearchUpdate.End search(SearchPlan plan, boolean replace, Consumer<SearchUpdate> updates) {
    CompletableFuture<SearchUpdate.End> ended = new CompletableFuture<>();
    try (StagingArea staging = StagingArea.claim(plan.output().path(), replace)) {
      SearchOrder order = new SearchOrder("alone", 0, plan, staging, replace);
      MergeStarter starter =
          MergeStarter.of(settings, system, Tenure.unshared(), DataAccess.none(), _ -> {});
      system.systemActorOf(
          following(
              updates,
              ended,
              self ->
                  SearchJob.create(
                      order,
                      settings,
                      starter,
                      EvaluatorPermission.any(),
                      Tenure.unshared(),
                      self)),
          "search-" + merges.incrementAndGet(),
          Props.empty());
      SearchUpdate.End last = ended.join();
      switch (last) {
        case SearchUpdate.Finished _ -> staging.delete();
        case SearchUpdate.Failed failed when failed.resumable().isEmpty() -> staging.delete();
        case SearchUpdate.Cancelled cancelled when cancelled.resumable().isEmpty() ->
            staging.delete();
        case SearchUpdate.Failed _, SearchUpdate.Cancelled _ -> {}
      }
      return last;
    }
  }

  /** Runs the search and stops with it. */
  private static Behavior<SearchUpdate> following(
      Consumer<SearchUpdate> updates,
      CompletableFuture<SearchUpdate.End> ended,
      Function<ActorRef<SearchUpdate>, Behavior<SearchJob.Command>> search) {
    return Behaviors.setup(context -> {
      context.spawn(search.apply(context.getSelf()), "job");
      return Behaviors.receiveMessage(update -> {
        updates.accept(update);
        if (update instanceof SearchUpdate.End end) {
          ended.complete(end);
          return Behaviors.stopped();
        }
        return Behaviors.same();
      });
    });
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
