package dev.stockpot.cli.port;

import dev.stockpot.cli.port.FrameGuard.DamagedFrameException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The server's end of one connection, whose peer is refused at the first thing that is wrong: TLS
 * that fails, or a frame that no node sends. It then looks to its user as if the peer had closed
 * the connection, after the alert that tells the peer so; what was wrong is told to {@link Watch}.
 */
final class GuardedEngine extends WrappedEngine {

  /** Is told how the connection fares. */
  interface Watch {

    /** The peer has proven who it is, and speaks as nodes do. */
    void accepted();

    /**
     * The connection ends, for what the peer did.
     *
     * @param certificate whose it is, if it has shown one that is trusted
     * @param why one of a few texts
     */
    void refused(Optional<String> certificate, String why);

    /** The peer has closed the connection. */
    void closed();
  }

  private final FrameGuard guard;
  private final Watch watch;
  private boolean accepted;
  private boolean refused;

  /** Nothing more can be said to the peer. */
  private boolean over;

  GuardedEngine(SSLEngine engine, FrameGuard guard, Watch watch) {
    super(engine);
    this.guard = guard;
    this.watch = watch;
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length)
      throws SSLException {
    if (refused) {
      from.position(from.limit());
      return closed();
    }
    int[] before = new int[length];
    for (int i = 0; i < length; i++) {
      before[i] = to[offset + i].position();
    }
    try {
      SSLEngineResult result = super.unwrap(from, to, offset, length);
      for (int i = 0; i < length; i++) {
        ByteBuffer into = to[offset + i];
        guard.inspect(into.slice(before[i], into.position() - before[i]));
      }
      if (!accepted && guard.greeted()) {
        accepted = true;
        watch.accepted();
      }
      return result;
    } catch (SSLException e) {
      refuse(words(e));
    } catch (DamagedFrameException e) {
      for (int i = 0; i < length; i++) {
        to[offset + i].position(before[i]);
      }
      super.closeOutbound();
      refuse(e.what());
    }
    return closed();
  }

  @Override
  public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to)
      throws SSLException {
    try {
      return super.wrap(from, offset, length, to);
    } catch (SSLException e) {
      refuse(words(e));
    }
    try {
      // The alert.
      return super.wrap(from, offset, length, to);
    } catch (SSLException _) {
      over = true;
      return closed();
    }
  }

  private SSLEngineResult closed() {
    return new SSLEngineResult(Status.CLOSED, getHandshakeStatus(), 0, 0);
  }

  private void refuse(String why) {
    if (!refused) {
      refused = true;
      watch.refused(certificate(), why);
    }
  }

  private Optional<String> certificate() {
    try {
      return Optional.of(getSession().getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException _) {
      return Optional.empty();
    }
  }

  @Override
  public void closeInbound() throws SSLException {
    watch.closed();
    super.closeInbound();
  }

  /** The peer's farewell is not waited for. */
  @Override
  public boolean isInboundDone() {
    return refused ? isOutboundDone() : super.isInboundDone();
  }

  @Override
  public boolean isOutboundDone() {
    return super.isOutboundDone()
        || (refused && (over || super.getHandshakeStatus() != HandshakeStatus.NEED_WRAP));
  }

  /** Why there is no TLS with a peer, in words that say what to do: one of a few texts. */
  private static String words(SSLException failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      all.append(at.getMessage()).append('\n');
    }
    String said = all.toString();
    if (said.contains("plaintext connection") || said.contains("Unsupported or unrecognized SSL")) {
      return "it does not speak TLS";
    }
    if (said.contains("Empty client certificate chain")) {
      return "it has no certificate";
    }
    if (said.contains("path building failed")
        || said.contains("path validation failed")
        || said.contains("trustAnchors")) {
      return "its certificate is not trusted here; see stockpot.tls";
    }
    if (said.contains("fatal alert: bad_certificate")
        || said.contains("fatal alert: certificate_unknown")
        || said.contains("fatal alert: unknown_ca")) {
      return "it does not trust the certificate of this node; see stockpot.tls";
    }
    return "no TLS with it";
  }
}
