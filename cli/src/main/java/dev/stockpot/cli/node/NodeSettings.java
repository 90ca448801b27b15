package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.stockpot.cli.settings.UserFiles;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The sections {@code stockpot.cluster} and {@code stockpot.tls} of a node's configuration, read
 * once.
 *
 * @param name of the cluster
 * @param address at which other nodes reach this one; port 0 is any free one
 * @param bindHost where it listens, if not at that address
 * @param seeds coordinators, any of which lets this node in
 * @param rejoinAfter how long a node that has found no coordinator waits before it starts anew
 * @param tls empty only on loopback
 * @param ownCertificates where the certificate of this user's nodes is, if there is no other
 */
record NodeSettings(
    String name,
    HostPort address,
    Optional<String> bindHost,
    List<HostPort> seeds,
    Duration rejoinAfter,
    Optional<Tls> tls,
    Path ownCertificates) {

  static final int DEFAULT_PORT = 7624;

  /**
   * Key and trust of this node.
   *
   * @param keyStore PKCS12, with this node's key and certificate
   * @param trustStore PKCS12, with the certificates of those who may sign
   * @param passwordFile holds the password of both
   */
  record Tls(Path keyStore, Path trustStore, Path passwordFile) {

    /**
     * For calls of the coordinator's HTTP API: trusts those whom the trust store names, and nobody
     * else.
     *
     * @throws MergeException of kind ENVIRONMENT if the store cannot be used
     */
    SSLContext clientContext() {
      try (InputStream file = Files.newInputStream(trustStore)) {
        PrivateFiles.demandSecret(passwordFile, "password of the trust store");
        char[] password = Files.readString(passwordFile).strip().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(file, password);
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        return context;
      } catch (IOException | GeneralSecurityException e) {
        throw MergeException.environment(
            "%s: the trust store cannot be used with the password in %s: %s; see stockpot.tls"
                .formatted(trustStore, passwordFile, e.getMessage()),
            e);
      }
    }
  }

  /**
   * Reads the sections.
   *
   * @throws ConfigException with file and line, if a value is wrong
   */
  static NodeSettings from(Config root) {
    Config cluster = root.getConfig("stockpot.cluster");
    NodeSettings settings =
        new NodeSettings(
            cluster.getString("name"),
            new HostPort(cluster.getString("host"), cluster.getInt("port")),
            optional(cluster, "bind-host"),
            cluster.getStringList("seeds").stream().map(seed -> seed(cluster, seed)).toList(),
            cluster.getDuration("rejoin-after"),
            tls(root.getConfig("stockpot.tls")),
            optional(root, "stockpot.tls.directory")
                .map(UserFiles::written)
                .orElseGet(() -> UserFiles.named("tls")));
    boolean loopback =
        settings.address().isLoopback()
            && settings.bindHost().map(host -> new HostPort(host, 0).isLoopback()).orElse(true);
    if (!loopback && settings.tls().isEmpty()) {
      throw new ConfigException.BadValue(
          cluster.getValue("host").origin(),
          "stockpot.cluster.host",
          "others can reach "
              + settings.bindHost().orElse(settings.address().host())
              + ", so nodes must prove who they are: make certificates with 'stockpot certs' and set stockpot.tls");
    }
    return settings;
  }

  private static HostPort seed(Config cluster, String text) {
    try {
      return HostPort.parse(text, DEFAULT_PORT);
    } catch (IllegalArgumentException e) {
      throw new ConfigException.BadValue(
          cluster.getValue("seeds").origin(), "stockpot.cluster.seeds", e.getMessage());
    }
  }

  private static Optional<Tls> tls(Config tls) {
    if (optional(tls, "key-store").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Tls(
            Path.of(tls.getString("key-store")).toAbsolutePath(),
            Path.of(tls.getString("trust-store")).toAbsolutePath(),
            Path.of(tls.getString("password-file")).toAbsolutePath()));
  }

  private static Optional<String> optional(Config config, String key) {
    return Optional.of(config.getString(key)).filter(text -> !text.isBlank());
  }
}
