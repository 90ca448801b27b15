package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  private static final Duration LEAVING = Duration.ofSeconds(20);

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
    try (CoordinatorLife life = new CoordinatorLife(config)) {
      return new NodeProcess(LEAVING).run(life);
    } catch (ConfigException e) {
      throw node.wrong(e);
    }
  }
}
