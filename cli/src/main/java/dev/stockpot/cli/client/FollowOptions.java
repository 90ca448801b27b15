package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.client.api.Patience;
import java.time.Duration;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The options of commands that stay connected. */
final class FollowOptions {

  @Option(
      names = "--retry-for",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "How long to look for a coordinator when the connection is lost. Default:"
              + " ${DEFAULT-VALUE}.")
  private int retryFor;

  Patience patience(Consumer<String> tell) {
    if (retryFor < 0) {
      throw new ClientException.Unusable("--retry-for must not be negative");
    }
    return new Patience(Duration.ofSeconds(retryFor), tell);
  }
}
