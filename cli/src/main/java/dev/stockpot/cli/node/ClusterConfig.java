package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.certs.UserCertificate;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.MergeException;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.remote.RemoteTransportException;

/** A node's settings in Pekko's words. */
final class ClusterConfig {

  private ClusterConfig() {}

  /**
   * Starts the node's actor system, which binds its port.
   *
   * @throws MergeException of kind ENVIRONMENT if it cannot be bound
   */
  static <T> ActorSystem<T> start(
      Behavior<T> guardian, NodeSettings settings, Config whole, Metrics metrics) {
    try {
      ActorSystem<T> system = system(guardian, settings.name(), whole, metrics);
      metrics.follow(system, true);
      return system;
    } catch (RemoteTransportException e) {
      throw MergeException.environment(
          "%s cannot be bound, for it is in use or not an address of this machine; see stockpot.cluster.host, bind-host and port"
              .formatted(settings.address()),
          e);
    }
  }

  /** An actor system that measures itself. */
  static <T> ActorSystem<T> system(
      Behavior<T> guardian, String name, Config whole, Metrics metrics) {
    return ActorSystem.create(
        guardian,
        name,
        ActorSystemSetup.create(
            BootstrapSetup.create(MetricsSetup.over(whole)), new MetricsSetup(metrics)));
  }

  /** Where a node of this cluster is. */
  static Address address(NodeSettings settings, HostPort at) {
    return Address.apply("pekko", settings.name(), at.host(), at.port());
  }

  /**
   * The whole configuration of the node's actor system. Makes the certificate of this user's nodes
   * where it is needed and not there yet.
   *
   * @param root the node's own, resolved
   * @param role {@code coordinator} or {@code worker}
   * @throws IOException if the TLS files cannot be read
   * @throws MergeException of kind ENVIRONMENT if everybody can read them
   */
  static Config of(Config root, NodeSettings settings, String role) throws IOException {
    Map<String, Object> keys = new HashMap<>();
    keys.put("pekko.cluster.roles", List.of(role));
    String artery = "pekko.remote.artery.";
    keys.put(artery + "canonical.hostname", settings.address().host());
    keys.put(artery + "canonical.port", settings.address().port());
    settings.bindHost().ifPresent(host -> keys.put(artery + "bind.hostname", host));
    NodeSettings.Tls tls = settings.tls().orElseGet(() -> own(settings.ownCertificates()));
    PrivateFiles.demandSecret(tls.keyStore(), "key store");
    PrivateFiles.demandSecret(tls.passwordFile(), "password of the key store");
    String password = Files.readString(tls.passwordFile()).strip();
    String engine = artery + "ssl.config-ssl-engine.";
    keys.put(engine + "key-store", tls.keyStore().toString());
    keys.put(engine + "trust-store", tls.trustStore().toString());
    keys.put(engine + "key-store-password", password);
    keys.put(engine + "key-password", password);
    keys.put(engine + "trust-store-password", password);
    // Where a node trusts but one certificate, whoever has it is meant, whatever the host is
    // called.
    keys.put(engine + "hostname-verification", settings.tls().isPresent());
    return ConfigFactory.parseMap(keys, "node settings").withFallback(root);
  }

  private static NodeSettings.Tls own(Path directory) {
    UserCertificate own = UserCertificate.readOrMake(directory);
    return new NodeSettings.Tls(own.keyStore(), own.trustStore(), own.passwordFile());
  }
}
