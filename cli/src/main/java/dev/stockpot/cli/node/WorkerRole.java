package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.stockpot.cli.Sizes;
import dev.stockpot.merge.kernel.Kernels;
import dev.stockpot.worker.CpuExecutor;
import dev.stockpot.worker.CpuSettings;
import dev.stockpot.worker.DeviceExecutor;
import dev.stockpot.worker.WorkerSettings;
import dev.stockpot.worker.node.WorkerNode;
import dev.stockpot.worker.storage.NodeStorage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stockpot worker}. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a worker of a cluster: merges what a coordinator leases to this machine's devices.",
      "",
      "Ends by SIGTERM or Ctrl-C, after what it has begun is finished.",
      ""
    })
public final class WorkerRole implements Callable<Integer> {

  /** After the devices are drained: leaving the cluster, and ending the actor system. */
  private static final Duration LEAVING = Duration.ofSeconds(20);

  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Merging threads (stockpot.worker.threads). Default: one per core.")
  private @Nullable Integer threads;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Heap and buffers together. Default: 512MB, or STOCKPOT_MEMORY.")
  private @Nullable String memory;

  @Override
  public Integer call() throws Exception {
    // The launcher has made it the JVM's heap; what it could not read is told here.
    if (memory != null && Sizes.parse(memory).isEmpty()) {
      throw node.wrong("--memory '%s' is no size such as 2GB".formatted(memory));
    }
    Map<String, @Nullable Object> flags = new HashMap<>();
    flags.put("stockpot.worker.threads", threads);
    Config config = node.load("worker", flags);
    try {
      NodeSettings settings = NodeSettings.from(config);
      WorkerSettings worker = WorkerSettings.from(config);
      CpuSettings cpu = cpu(config);
      try (NodeStorage storage =
          NodeStorage.within(
              worker.roots(),
              worker.remote().with(cpu.threads(), NodeTls.clientContext(settings.tls())))) {
        return new NodeProcess(worker.drainTimeout().plus(LEAVING))
            .run(_ -> Optional.of(begin(config, settings, worker, cpu, storage)));
      }
    } catch (ConfigException e) {
      throw node.wrong(e);
    }
  }

  private static CpuSettings cpu(Config config) {
    int configured = config.getInt("stockpot.worker.threads");
    return new CpuSettings(
        configured > 0 ? configured : Runtime.getRuntime().availableProcessors(),
        CpuSettings.DEFAULT_CHUNK_BYTES);
  }

  private static ActorSystem<?> begin(
      Config config,
      NodeSettings settings,
      WorkerSettings worker,
      CpuSettings cpu,
      NodeStorage storage)
      throws Exception {
    Map<String, Supplier<DeviceExecutor>> devices =
        Map.of("cpu", () -> new CpuExecutor(cpu, Kernels.best(), storage));
    ActorSystem<WorkerNode.Command> system =
        ClusterConfig.start(
            WorkerNode.create(worker, devices, settings.rejoinAfter()),
            settings,
            ClusterConfig.of(config, settings, "worker"));
    CoordinatedShutdown.get(Adapter.toClassic(system))
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "drain",
            () ->
                AskPattern.<WorkerNode.Command, Done>ask(
                    system,
                    WorkerNode.Drain::new,
                    worker.drainTimeout().plusSeconds(1),
                    system.scheduler()));
    List<Address> seeds =
        settings.seeds().stream().map(seed -> ClusterConfig.address(settings, seed)).toList();
    Cluster.get(system).manager().tell(new JoinSeedNodes(seeds));
    return system;
  }
}
