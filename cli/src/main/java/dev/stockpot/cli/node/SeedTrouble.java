package dev.stockpot.cli.node;

import dev.stockpot.cli.system.PeerHealth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Why a worker finds no coordinator, in words that name what to change. Pekko only waits: a node of
 * another cluster's name gets no answer, and neither does one that knocks at a wrong port.
 */
final class SeedTrouble {

  private static final int HTTP_PORT = 7625;
  private static final int PATIENCE_MILLIS = 2000;

  private SeedTrouble() {}

  /** One line about a seed. Blocks for a few seconds at most. */
  static String with(HostPort seed, String cluster, Optional<SSLContext> trust) {
    return with(seed, cluster, trust, HTTP_PORT);
  }

  /** The same where coordinators are asked for their cluster at another port. */
  static String with(HostPort seed, String cluster, Optional<SSLContext> trust, int http) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(seed.host(), seed.port()), PATIENCE_MILLIS);
    } catch (IOException | IllegalArgumentException e) {
      return "no coordinator at %s: %s".formatted(seed, e.getMessage());
    }
    Optional<PeerHealth> beside = PeerHealth.at(seed.host(), http, trust);
    if (seed.port() != http && beside.filter(peer -> !peer.isOf(cluster)).isPresent()) {
      return "the coordinator at %s is of the cluster '%s', and this worker of '%s': set stockpot.cluster.name"
          .formatted(seed, beside.get().cluster(), cluster);
    }
    if (PeerHealth.at(seed.host(), seed.port(), trust).isPresent()) {
      return "%s is the HTTP port of a coordinator: stockpot.cluster.seeds names its cluster port, by default %d"
          .formatted(seed, NodeSettings.DEFAULT_PORT);
    }
    return "%s is reached and lets no node of a cluster '%s' in: stockpot.cluster.name must be the coordinator's, and the seed its stockpot.cluster.host and port"
        .formatted(seed, cluster);
  }
}
