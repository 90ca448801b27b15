package dev.stockpot.cli.system;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the configuration of a node says about its surroundings. Where it says nothing, the defaults
 * of {@code config/coordinator.conf} and {@code config/worker.conf} hold.
 *
 * @param cluster where the other nodes reach it; port 0 is any free one
 * @param bindHost where it listens
 * @param seeds coordinators to join through, each as {@code host:port}
 * @param http where a coordinator answers clients; empty for a worker
 * @param dataDirectory of a coordinator
 * @param roots directories that it may use
 */
record NodeFile(
    Endpoint cluster,
    String bindHost,
    List<String> seeds,
    Optional<Endpoint> http,
    Optional<TlsFiles> tls,
    Optional<Path> dataDirectory,
    List<Path> roots) {

  private static final int CLUSTER_PORT = 7624;
  private static final int HTTP_PORT = 7625;
  private static final String LOOPBACK = "127.0.0.1";

  /**
   * PKCS12 stores and what opens them.
   *
   * @param keyStore this node's key and certificate
   * @param trustStore whom it trusts
   */
  record TlsFiles(Path keyStore, Path trustStore, Path passwordFile) {}

  /**
   * Reads it.
   *
   * @throws ConfigException with the place, if it cannot be read
   */
  static NodeFile read(Path file) {
    Config own =
        ConfigFactory.parseFile(
            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    Config config = own.withFallback(ConfigFactory.systemProperties()).resolve();
    boolean coordinator = own.hasPath("stockpot.coordinator");
    String host = text(config, "stockpot.cluster.host").orElse(LOOPBACK);
    int port = port(config, "stockpot.cluster.port", coordinator ? CLUSTER_PORT : 0);
    String role = coordinator ? "stockpot.coordinator" : "stockpot.worker";
    return new NodeFile(
        new Endpoint(host, port),
        text(config, "stockpot.cluster.bind-host").orElse(host),
        seeds(config),
        coordinator ? Optional.of(http(config)) : Optional.empty(),
        text(config, "stockpot.tls.key-store")
            .map(keyStore ->
                new TlsFiles(
                    Path.of(keyStore),
                    Path.of(config.getString("stockpot.tls.trust-store")),
                    Path.of(config.getString("stockpot.tls.password-file")))),
        text(config, "stockpot.coordinator.data-dir").map(Path::of),
        config.hasPath(role + ".roots")
            ? config.getStringList(role + ".roots").stream().map(Path::of).toList()
            : List.of());
  }

  private static List<String> seeds(Config config) {
    return config.hasPath("stockpot.cluster.seeds")
        ? config.getStringList("stockpot.cluster.seeds")
        : List.of(LOOPBACK + ":" + CLUSTER_PORT);
  }

  private static Endpoint http(Config config) {
    return new Endpoint(
        text(config, "stockpot.coordinator.http.host").orElse(LOOPBACK),
        port(config, "stockpot.coordinator.http.port", HTTP_PORT));
  }

  private static Optional<String> text(Config config, String key) {
    return config.hasPath(key)
        ? Optional.of(config.getString(key)).filter(value -> !value.isBlank())
        : Optional.empty();
  }

  private static int port(Config config, String key, int otherwise) {
    return config.hasPath(key) ? config.getInt(key) : otherwise;
  }
}
