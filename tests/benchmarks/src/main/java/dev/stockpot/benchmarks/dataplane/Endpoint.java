package dev.stockpot.benchmarks.dataplane;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.http.Duty;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/** A coordinator's HTTP API with the files of one run of a merge, and nobody who coordinates. */
final class Endpoint implements AutoCloseable {

  static final String RUN = "run";

  private final PlannedMerge planned;
  private final StagingArea staging;
  private final String stagingToken;
  private final ActorSystem<Void> system;
  private final HttpApi api;
  private final JobFiles files;
  private final long leaseTraffic;
  private final List<LeaseId> leases = new ArrayList<>();

  /**
   * What a worker may do.
   *
   * @param first index of the first task
   * @param end index after the last
   */
  record Granted(LeaseId lease, String capability, int first, int end) {}

  /**
   * Binds the API to a free port of the loopback, and creates the shards.
   *
   * @param certificates directory of a node's, as {@code stockpot certs node} makes it
   */
  Endpoint(PlannedMerge planned, Path scratch, Optional<Path> certificates) {
    // Logback starts here, alone: a second thread that logs while it starts is told off by SLF4J.
    LoggerFactory.getILoggerFactory();
    this.planned = planned;
    Map<String, Object> settings = new HashMap<>();
    settings.put("stockpot.coordinator.http.port", 0);
    settings.put("stockpot.coordinator.http.token-file", scratch.resolve("token").toString());
    certificates.ifPresent(directory -> {
      settings.put("stockpot.tls.key-store", directory.resolve("node.p12").toString());
      settings.put("stockpot.tls.password-file", directory.resolve("password").toString());
    });
    Config config = ConfigFactory.parseMap(settings).withFallback(ConfigFactory.load());
    leaseTraffic = config.getBytes("stockpot.coordinator.lease-traffic");
    system = ActorSystem.create(Behaviors.empty(), "data-plane", config);
    staging = StagingArea.claim(planned.plan().output().path());
    staging.allocate(planned.shards());
    stagingToken = staging.writeToken();
    HttpSettings http = HttpSettings.from(config);
    api =
        HttpApi.start(system, http, Tokens.readOrMake(http.tokenFile()))
            .toCompletableFuture()
            .join();
    files = new JobFiles(List.of(api.url()), system.dispatchers().lookup(HttpApi.DATA_DISPATCHER));
    api.take(
        new Duty.Active(
            system.deadLetters(),
            () -> CompletableFuture.completedStage(List.of()),
            files,
            system.deadLetters()));
    files.open(RUN, planned, staging.shards());
  }

  String url() {
    return api.url();
  }

  Path shards() {
    return staging.shards();
  }

  String stagingToken() {
    return stagingToken;
  }

  /** All tasks, in leases as large as a coordinator makes them. */
  List<Granted> grantLeases() {
    List<Granted> granted = new ArrayList<>();
    List<TensorTask> tasks = planned.tasks();
    int first = 0;
    long traffic = 0;
    for (int i = 0; i < tasks.size(); i++) {
      traffic += tasks.get(i).inputBytes() + tasks.get(i).length();
      if (traffic >= leaseTraffic || i == tasks.size() - 1) {
        granted.add(grant(first, i + 1));
        first = i + 1;
        traffic = 0;
      }
    }
    return granted;
  }

  /** All tasks in one. */
  Granted grantAll() {
    return grant(0, planned.tasks().size());
  }

  private Granted grant(int first, int end) {
    LeaseId lease = new LeaseId(RUN, leases.size());
    leases.add(lease);
    String capability =
        files
            .grant(lease, planned.tasks().subList(first, end))
            .orElseThrow(() -> MergeException.environment("the run is not open", null))
            .capability();
    return new Granted(lease, capability, first, end);
  }

  /** What was granted opens nothing any more. */
  void revokeAll() {
    leases.forEach(files::revoke);
  }

  @Override
  public void close() {
    files.close(RUN);
    api.close(Duration.ofSeconds(1)).toCompletableFuture().join();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    staging.delete();
    staging.close();
  }
}
