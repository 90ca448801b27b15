package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.cli.settings.UserFiles;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsServer;
import dev.stockpot.worker.actor.WorkerSettings;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.node.DeviceMode;
import dev.stockpot.worker.node.HostDevices;
import dev.stockpot.worker.node.LocalDevices;
import dev.stockpot.worker.node.WorkerNode;
import dev.stockpot.worker.storage.NodeStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's lives: it joins, merges, and drains its devices before it leaves. */
final class WorkerLife implements NodeProcess.Life, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerLife.class);

  /** After the devices are drained: leaving the cluster, and ending the actor system. */
  private static final Duration LEAVING = Duration.ofSeconds(20);

  private final Config config;
  private final NodeSettings node;
  private final WorkerSettings worker;
  private final KernelProvider kernels = Kernels.best();
  private final NodeStorage storage;
  private final LocalDevices devices;
  private final WorkerName name;
  private final Metrics metrics = new Metrics(StockpotVersion.current());
  private final Optional<MetricsServer> metricsServer;
  private volatile Optional<ActorSystem<?>> current = Optional.empty();

  /**
   * No life yet.
   *
   * @param config the whole configuration
   */
  WorkerLife(Config config) {
    this.config = config;
    this.node = NodeSettings.from(config);
    this.worker = WorkerSettings.from(config);
    this.name = WorkerName.take(config, node, UserFiles.state("workers"));
    int threads = config.getInt("stockpot.worker.threads");
    CpuSettings cpu =
        new CpuSettings(threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
    this.storage =
        NodeStorage.within(
                worker.roots(),
                worker
                    .remote()
                    .with(cpu.threads(), node.tls().map(NodeSettings.Tls::clientContext)))
            .telling(metrics.flushes()::flushed);
    CudaSettings cuda = CudaSettings.from(config);
    this.devices =
        LocalDevices.find(
            DeviceMode.from(config),
            new HostDevices.Cpu(List.of(cpu), kernels, storage),
            _ -> cuda);
    devices.whyNoGpu().ifPresent(why -> LOG.info("Merging on the CPU: {}", why));
    // Lives long, so it pays; and before the first job there is time.
    kernels.warmUp(Dtype.BF16);
    this.metricsServer = MetricsPort.open(config, metrics, this::unready);
  }

  /** Why it does no work: it has not begun, or sees no coordinator. */
  private Optional<String> unready() {
    return current
        .map(WorkerLife::seesCoordinator)
        .map(seen -> seen ? Optional.<String>empty() : Optional.of("no coordinator is in sight"))
        .orElse(Optional.of("it starts"));
  }

  private static boolean seesCoordinator(ActorSystem<?> system) {
    CurrentClusterState state = Cluster.get(system).state();
    for (Member member : state.getMembers()) {
      if (member.hasRole("coordinator") && !state.getUnreachable().contains(member)) {
        return true;
      }
    }
    return false;
  }

  /** How long an orderly end may take. */
  Duration leaving() {
    return worker.drainTimeout().plus(LEAVING);
  }

  @Override
  public Optional<ActorSystem<?>> begin(CountDownLatch stop) throws IOException {
    ActorSystem<WorkerNode.Command> system =
        ClusterConfig.start(
            WorkerNode.create(name.text(), worker, devices.devices(), node.rejoinAfter()),
            node,
            ClusterConfig.of(config, node, "worker"),
            metrics);
    current = Optional.of(system);
    CoordinatedShutdown.get(Adapter.toClassic(system))
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "drain",
            () ->
                isDown(system)
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : AskPattern.<WorkerNode.Command, Done>ask(
                        system,
                        WorkerNode.Drain::new,
                        worker.drainTimeout().plusSeconds(1),
                        system.scheduler()));
    List<Address> seeds =
        node.seeds().stream().map(seed -> ClusterConfig.address(node, seed)).toList();
    Cluster.get(system).manager().tell(new JoinSeedNodes(seeds));
    explainUnlessIn(system);
    return Optional.of(system);
  }

  /** After half of the time that it waits for a coordinator, says why there is none. */
  private void explainUnlessIn(ActorSystem<?> system) {
    CountDownLatch in = new CountDownLatch(1);
    org.apache.pekko.cluster.Cluster.get(system).registerOnMemberUp(in::countDown);
    Thread.ofVirtual()
        .name("seeds")
        .start(() -> {
          try {
            if (!in.await(node.rejoinAfter().dividedBy(2).toMillis(), TimeUnit.MILLISECONDS)
                && !system.getWhenTerminated().toCompletableFuture().isDone()) {
              node.seeds()
                  .forEach(seed ->
                      LOG.warn(
                          "Not in the cluster yet: {}",
                          SeedTrouble.with(
                              seed, node.name(), node.tls().map(NodeSettings.Tls::clientContext))));
            }
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Whether it was put out of its cluster, where nobody is left to take what it would finish. */
  private static boolean isDown(ActorSystem<?> system) {
    return CoordinatedShutdown.get(Adapter.toClassic(system))
        .getShutdownReason()
        .filter(CoordinatedShutdown.clusterDowningReason()::equals)
        .isPresent();
  }

  @Override
  public void close() {
    metricsServer.ifPresent(MetricsServer::close);
    name.close();
    devices.close();
    storage.close();
  }
}
