package dev.stockpot.cli.port;

import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.ConfigSSLEngineProvider;

/**
 * TLS for the connections between nodes, of which those that come in are guarded. Made by Pekko by
 * name.
 */
public final class GuardedEngines extends ConfigSSLEngineProvider {

  private final int longestFrame;
  private final Newcomers newcomers;

  /** For the nodes' connections of one actor system. */
  public GuardedEngines(ActorSystem system) {
    super(system);
    longestFrame =
        Math.toIntExact(
            system.settings().config().getBytes("pekko.remote.artery.advanced.maximum-frame-size"));
    newcomers = new Newcomers(system);
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return new GuardedEngine(
        super.createServerSSLEngine(hostname, port),
        new FrameGuard(longestFrame),
        newcomers.add(StreamedConnection.current()));
  }
}
