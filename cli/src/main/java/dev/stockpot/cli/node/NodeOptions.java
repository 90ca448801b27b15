package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.stockpot.cli.logging.LogFormat;
import dev.stockpot.cli.settings.NodeConfig;
import dev.stockpot.cli.settings.SettingsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every node, and the configuration that they and the files come to. */
final class NodeOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The node's settings; config/ has a file for each role, with each key explained.")
  private @Nullable Path file;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where other nodes reach this one (stockpot.cluster.host). Default: 127.0.0.1.")
  private @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "Its port (stockpot.cluster.port).")
  private @Nullable Integer port;

  @Option(
      names = "--seed",
      paramLabel = "HOST:PORT",
      description = "A coordinator (stockpot.cluster.seeds); may be repeated.")
  private @Nullable List<String> seeds;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /**
   * The configuration of a node, as {@link NodeConfig} has it.
   *
   * @param role whose defaults stand in the resource {@code ROLE.conf}
   * @param more further keys that flags set; null values set nothing
   * @throws ParameterException if the file cannot be read, or sets what nothing reads
   */
  Config load(String role, Map<String, @Nullable Object> more) {
    Config flags = ConfigFactory.empty();
    flags = with(flags, "stockpot.cluster.host", host);
    flags = with(flags, "stockpot.cluster.port", port);
    flags = with(flags, "stockpot.cluster.seeds", seeds);
    for (Map.Entry<String, @Nullable Object> each : more.entrySet()) {
      flags = with(flags, each.getKey(), each.getValue());
    }
    try {
      Config config = NodeConfig.load(role, Optional.ofNullable(file), flags);
      LogFormat.use(config);
      return config;
    } catch (ConfigException e) {
      throw wrong(e);
    }
  }

  private static Config with(Config config, String key, @Nullable Object value) {
    return value == null
        ? config
        : config.withValue(key, ConfigValueFactory.fromAnyRef(value, "the command line"));
  }

  ParameterException wrong(ConfigException e) {
    return wrong(SettingsFile.words(e));
  }

  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
