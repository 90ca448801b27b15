package dev.stockpot.coordinator.http.port;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.event.NoLogging;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BackpressureTimeoutException;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.TLS;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.stream.scaladsl.TcpAttributes;
import org.apache.pekko.util.ByteString;

/**
 * Accepts connections, in plain HTTP or over TLS, and has a switch beneath each. Pekko's own server
 * has none there: over TLS it waits for the client's farewell, and one that gives none, or never
 * began to shake hands, would keep its connection.
 */
public final class Listener {

  private static final String CONNECTION = "http-connection";

  private final ActorSystem system;
  private final HttpSettings settings;
  private final ServerSettings server;
  private final BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> tls;

  /**
   * Over TLS, records of 16 KiB gather while those before them are sent: one at a time they took
   * five times as long. In plain HTTP a chunk is one write, and gathering would only copy.
   */
  private final Attributes writes;

  private final Set<SharedKillSwitch> open = ConcurrentHashMap.newKeySet();

  /**
   * Accepts nothing yet. Reads the key store, so it blocks for a moment.
   *
   * @param server Pekko's settings, made from ours
   */
  public Listener(ActorSystem system, HttpSettings settings, ServerSettings server) {
    this.system = system;
    this.settings = settings;
    this.server = server;
    this.tls = settings.tls().map(TlsFiles::context).map(Listener::tls).orElseGet(Listener::plain);
    this.writes =
        TcpAttributes.tcpWriteBufferSize(settings.tls().isEmpty() ? 1 : settings.chunkBytes());
  }

  /**
   * An answer that breaks off ends like one that is whole, after all that was said of it, its head
   * at least: a failure would drop what is on its way below. The client misses the rest of what the
   * head promised. Only one that takes nothing is not waited for.
   */
  private static BidiFlow<SslTlsOutbound, SslTlsOutbound, SslTlsInbound, SslTlsInbound, NotUsed>
      toTheLastWord() {
    return BidiFlow.fromFlows(
        Flow.<SslTlsOutbound>create()
            .onErrorComplete(problem -> !(problem instanceof BackpressureTimeoutException)),
        HeadsApart.flow());
  }

  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> tls(
      SSLContext context) {
    return TLS.create(() -> TlsFiles.engine(context), TLSClosing.eagerClose());
  }

  @SuppressWarnings("unchecked") // what it emits is more special, and nothing else is put in
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> plain() {
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>)
        (BidiFlow<?, ?, ?, ?, ?>) TLSPlacebo.getInstance();
  }

  /**
   * Binds the address and accepts from then on.
   *
   * @param connection makes what answers one connection's requests, and cuts it off once it has
   *     nothing more to say
   */
  public CompletionStage<Tcp.ServerBinding> bind(
      Function<ConnectionEnd.Cut, Flow<HttpRequest, HttpResponse, NotUsed>> connection) {
    return Tcp.get(system)
        .bind(
            settings.host(),
            settings.port(),
            server.getBacklog(),
            server.getSocketOptions(),
            false,
            Optional.empty())
        .mapAsyncUnordered(server.getMaxConnections(), incoming -> accept(incoming, connection))
        .to(Sink.ignore())
        .run(system);
  }

  /** Completes when the connection is closed, and never fails. */
  private CompletionStage<Done> accept(
      Tcp.IncomingConnection incoming,
      Function<ConnectionEnd.Cut, Flow<HttpRequest, HttpResponse, NotUsed>> connection) {
    SharedKillSwitch cut = KillSwitches.shared(CONNECTION);
    open.add(cut);
    return connection
        .apply(end(cut))
        .join(
            Http.get(system)
                .serverLayer(server, Optional.of(incoming.remoteAddress()), NoLogging.getInstance())
                .atop(toTheLastWord())
                .atop(tls)
                .atop(BidiFlow.bidirectionalIdleTimeout(settings.stallTimeout()))
                .atop(BidiFlow.fromFlows(cut.flow(), cut.flow())))
        .joinMat(incoming.flow().addAttributes(writes).watchTermination(Keep.right()), Keep.right())
        .run(system)
        .handle((_, _) -> {
          open.remove(cut);
          return Done.getInstance();
        });
  }

  private ConnectionEnd.Cut end(SharedKillSwitch cut) {
    return new ConnectionEnd.Cut() {
      @Override
      public void now() {
        cut.shutdown();
      }

      // What is on its way to the client gets there first, if it is fast enough.
      @Override
      public void later() {
        Duration linger = settings.headTimeout();
        var _ = system.scheduler().scheduleOnce(linger, cut::shutdown, system.dispatcher());
      }
    };
  }

  /** Ends every connection, whatever is under way on it. */
  public void cutAll() {
    open.forEach(SharedKillSwitch::shutdown);
  }
}
