package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.figures.NodeFigures;
import dev.stockpot.coordinator.http.Duty;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.node.CoordinatorNode;
import dev.stockpot.coordinator.node.KnownMembers;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresJournal;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.coordinator.tenure.FileTenureOffice;
import dev.stockpot.coordinator.tenure.PostgresTenureOffice;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.coordinator.tenure.TenureOffice;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A coordinator's lives: it stands by, outside of the cluster, until it has the tenure, then it
 * coordinates until it loses it.
 */
final class CoordinatorLife implements NodeProcess.Life, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLife.class);

  private static final Duration REQUESTS_END = Duration.ofSeconds(3);

  private final Config config;
  private final NodeSettings node;
  private final HttpSettings http;
  private final Tokens tokens;
  private final Path data;
  private final Optional<PostgresSettings> postgres;
  private final Metrics metrics = new Metrics(StockpotVersion.current());
  private final Optional<MetricsServer> metricsServer;

  /**
   * No life yet.
   *
   * @param config the whole configuration
   */
  CoordinatorLife(Config config) {
    this.config = config;
    this.node = NodeSettings.from(config);
    this.http = HttpSettings.from(config);
    this.tokens = Tokens.readOrMake(http.tokenFile());
    this.data = Path.of(config.getString("stockpot.coordinator.data-dir")).toAbsolutePath();
    this.postgres =
        switch (config.getString("stockpot.coordinator.journal-kind")) {
          case "file" -> Optional.empty();
          case "postgres" -> Optional.of(PostgresSettings.from(config));
          default ->
              throw MergeException.userInput(
                  "stockpot.coordinator.journal-kind must be file or postgres");
        };
    NodeFigures _ = NodeFigures.of(metrics, config);
    this.metricsServer = MetricsPort.open(config, metrics, metrics::unready);
  }

  @Override
  public Optional<ActorSystem<?>> begin(CountDownLatch stop) throws Exception {
    // It may be lost before there is a system to be told.
    CompletableFuture<String> lost = new CompletableFuture<>();
    try (TenureOffice office = office(lost::complete)) {
      Optional<Tenure> tenure = office.tryAcquire();
      if (tenure.isEmpty()) {
        tenure = standBy(office, stop);
      }
      return tenure.isEmpty() ? Optional.empty() : Optional.of(coordinate(tenure.get(), lost));
    }
  }

  private TenureOffice office(Consumer<String> lost) {
    String url = http.url().orElse("http://" + http.host() + ":" + http.port());
    if (postgres.isEmpty()) {
      return new FileTenureOffice(data, url);
    }
    PostgresConnections connections = new PostgresConnections(postgres.get());
    PostgresSchema.prepare(connections);
    return new PostgresTenureOffice(connections, url, lost);
  }

  /** Answers clients that another coordinator is active, until it is not. */
  private Optional<Tenure> standBy(TenureOffice office, CountDownLatch stop)
      throws InterruptedException {
    Config local = ConfigFactory.parseString("pekko.actor.provider = local").withFallback(config);
    ActorSystem<Void> system = ClusterConfig.system(Behaviors.empty(), "standby", local, metrics);
    try {
      HttpApi api = bind(system);
      Optional<String> active = office.holder().map(TenureOffice.Holder::url);
      api.take(new Duty.Standby(active));
      LOG.info("Standing by at {}; active is {}", api.url(), active.orElse("another coordinator"));
      Duration poll = postgres.map(PostgresSettings::poll).orElse(Duration.ofMillis(500));
      Optional<Tenure> tenure =
          office.acquire(
              poll, stop, trouble -> trouble.ifPresentOrElse(metrics::unready, metrics::ready));
      api.close(REQUESTS_END).toCompletableFuture().join();
      return tenure;
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private HttpApi bind(ActorSystem<?> system) {
    try {
      return HttpApi.start(system, http, tokens).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof MergeException known ? known : e;
    }
  }

  private ActorSystem<?> coordinate(Tenure tenure, CompletableFuture<String> lost)
      throws IOException {
    Config whole =
        postgres
            .map(settings -> PostgresJournal.over(config, settings, tenure.epoch()))
            .orElse(config);
    ActorSystem<CoordinatorNode.Command> system =
        ClusterConfig.start(
            CoordinatorNode.create(tenure, new KnownMembers(data.resolve("members"))),
            node,
            ClusterConfig.of(whole, node, "coordinator"),
            metrics);
    CompletableFuture<Void> _ =
        lost.thenAccept(reason -> system.tell(new CoordinatorNode.TenureLost(reason)));
    system.getWhenTerminated().whenComplete((_, _) -> tenure.close());
    try {
      HttpApi api = bind(system);
      CoordinatedShutdown.get(Adapter.toClassic(system))
          .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "http", () -> api.close(REQUESTS_END));
      system.tell(new CoordinatorNode.Begin(api));
      LOG.info(
          "Coordinating, epoch {}. Dashboard and HTTP API at {}, their token in {}",
          tenure.epoch(),
          api.url(),
          http.tokenFile());
      return system;
    } catch (MergeException e) {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
      throw e;
    }
  }

  @Override
  public void close() {
    metricsServer.ifPresent(MetricsServer::close);
  }
}
