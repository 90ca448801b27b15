package dev.stockpot.cli.system;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.settings.NodeConfig;
import dev.stockpot.cli.settings.UserFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the configuration of a node says about its surroundings. Where it says nothing, the defaults
 * hold.
 *
 * @param name of the cluster
 * @param cluster where the other nodes reach it; port 0 is any free one
 * @param bindHost where it listens
 * @param seeds coordinators to join through, each as {@code host:port}
 * @param http where a coordinator answers clients; empty for a worker
 * @param token file of a coordinator's token
 * @param dataDirectory of a coordinator
 * @param roots directories that it may use
 */
record NodeFile(
    String name,
    Endpoint cluster,
    String bindHost,
    List<String> seeds,
    Optional<Endpoint> http,
    Optional<TlsFiles> tls,
    Optional<Path> token,
    Optional<Path> dataDirectory,
    List<Path> roots) {

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
   * @throws ConfigException with file and line, if it cannot be read or sets what nothing reads
   */
  static NodeFile read(Path file) {
    String role = NodeConfig.role(file);
    boolean coordinator = role.equals("coordinator");
    Config config = NodeConfig.load(role, Optional.of(file), ConfigFactory.empty());
    String host = config.getString("stockpot.cluster.host");
    return new NodeFile(
        config.getString("stockpot.cluster.name"),
        new Endpoint(host, config.getInt("stockpot.cluster.port")),
        text(config, "stockpot.cluster.bind-host").orElse(host),
        config.getStringList("stockpot.cluster.seeds"),
        coordinator ? Optional.of(http(config)) : Optional.empty(),
        text(config, "stockpot.tls.key-store")
            .map(keyStore ->
                new TlsFiles(
                    Path.of(keyStore),
                    Path.of(config.getString("stockpot.tls.trust-store")),
                    Path.of(config.getString("stockpot.tls.password-file")))),
        coordinator
            ? text(config, "stockpot.coordinator.http.token-file").map(UserFiles::written)
            : Optional.empty(),
        coordinator
            ? text(config, "stockpot.coordinator.data-dir").map(Path::of)
            : Optional.empty(),
        config.getStringList("stockpot." + role + ".roots").stream().map(Path::of).toList());
  }

  private static Endpoint http(Config config) {
    return new Endpoint(
        config.getString("stockpot.coordinator.http.host"),
        config.getInt("stockpot.coordinator.http.port"));
  }

  private static Optional<String> text(Config config, String key) {
    return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
  }
}
