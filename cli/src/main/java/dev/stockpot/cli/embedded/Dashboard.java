package dev.stockpot.cli.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.figures.CoordinatorFigures;
import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.HistoryFeed;
import dev.stockpot.coordinator.history.NodeRow;
import dev.stockpot.coordinator.history.Reports;
import dev.stockpot.coordinator.http.Duty;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.queue.NoQueue;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.coordinator.web.ReportPage;
import dev.stockpot.protocol.api.WorkerView;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The pages of a coordinator for what this process does: on the loopback interface, at a free port,
 * for whoever has the address.
 */
final class Dashboard implements AutoCloseable {

  private static final Duration ASK = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int TOKEN_BYTES = 32;

  private final HttpApi api;
  private final String address;

  private Dashboard(HttpApi api, String address) {
    this.api = api;
    this.address = address;
  }

  /**
   * Serves them from now on.
   *
   * @param system with a desk
   * @param feed that the desk tells what happens
   */
  static Dashboard start(ActorSystem<LeaseDesk.Command> system, HistoryFeed feed) {
    Config config =
        ConfigFactory.parseMap(
                Map.of(
                    "stockpot.coordinator.http.host",
                    "127.0.0.1",
                    "stockpot.coordinator.http.port",
                    0))
            .withFallback(system.settings().config());
    byte[] bits = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bits);
    String token = HexFormat.of().formatHex(bits);
    HttpApi api =
        HttpApi.start(system, HttpSettings.from(config), Tokens.passing(token))
            .toCompletableFuture()
            .join();
    Supplier<CompletionStage<List<WorkerView>>> workers =
        () -> AskPattern.ask(system, LeaseDesk.ListWorkers::new, ASK, system.scheduler());
    ActorRef<Historian.Command> historian =
        system.systemActorOf(
            Historian.create(
                feed,
                new Historian.Sources(
                    NodeRow.of("", api.url()),
                    workers,
                    CoordinatorFigures.actors(system),
                    new Reports(Optional.empty(), ReportPage::of))),
            "historian",
            Props.empty());
    api.take(
        new Duty.Active(
            system.systemActorOf(NoQueue.create(), "no-queue", Props.empty()),
            workers,
            new JobFiles(List.of(api.url()), system.dispatchers().lookup(HttpApi.DATA_DISPATCHER)),
            historian));
    return new Dashboard(api, api.url() + "/#token=" + token);
  }

  /** Whoever opens it is let in. */
  String address() {
    return address;
  }

  @Override
  public void close() {
    api.close(CLOSE).toCompletableFuture().join();
  }
}
