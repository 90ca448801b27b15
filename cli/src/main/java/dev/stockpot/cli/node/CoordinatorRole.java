package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.http.HttpSettings;
import dev.stockpot.coordinator.http.Token;
import dev.stockpot.coordinator.node.CoordinatorNode;
import dev.stockpot.coordinator.node.KnownMembers;
import dev.stockpot.merge.MergeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stockpot coordinator}. */
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a coordinator of a cluster: takes plans from clients, has workers merge them, and puts"
          + " the results in their places.",
      "",
      "Ends by SIGTERM or Ctrl-C; started again, it goes on with every job.",
      ""
    })
public final class CoordinatorRole implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorRole.class);

  private static final Duration LEAVING = Duration.ofSeconds(20);
  private static final Duration REQUESTS_END = Duration.ofSeconds(3);

  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of the HTTP API (stockpot.coordinator.http.port). Default: 7625.")
  private @Nullable Integer httpPort;

  @Override
  public Integer call() throws Exception {
    Map<String, @Nullable Object> flags = new HashMap<>();
    flags.put("stockpot.coordinator.http.port", httpPort);
    Config config = node.load("coordinator", flags);
    try {
      NodeSettings settings = NodeSettings.from(config);
      HttpSettings http = HttpSettings.from(config);
      Token token = Token.readOrMake(http.tokenFile());
      return new NodeProcess(LEAVING).run(() -> begin(config, settings, http, token));
    } catch (ConfigException e) {
      throw node.wrong(e);
    }
  }

  private static ActorSystem<?> begin(
      Config config, NodeSettings settings, HttpSettings http, Token token) throws Exception {
    Path data = Path.of(config.getString("stockpot.coordinator.data-dir")).toAbsolutePath();
    ActorSystem<CoordinatorNode.Command> system =
        ActorSystem.create(
            CoordinatorNode.create(Tenures.from(config), new KnownMembers(data.resolve("members"))),
            settings.name(),
            ClusterConfig.of(config, settings, "coordinator"));
    try {
      HttpApi api = HttpApi.start(system, http, token).toCompletableFuture().join();
      CoordinatedShutdown.get(Adapter.toClassic(system))
          .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "http", () -> api.close(REQUESTS_END));
      system.tell(new CoordinatorNode.Begin(api));
      LOG.info("HTTP API at {}; token in {}", api.url(), http.tokenFile());
      return system;
    } catch (CompletionException | MergeException e) {
      system.terminate();
      throw e.getCause() instanceof MergeException known ? known : e;
    }
  }
}
