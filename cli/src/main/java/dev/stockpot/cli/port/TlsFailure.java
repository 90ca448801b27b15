package dev.stockpot.cli.port;

import javax.net.ssl.SSLException;

/** Why there is no TLS with a peer, in words that say what to do. */
final class TlsFailure {

  private TlsFailure() {}

  /** Of what the server's end of a connection met with; one of a few texts. */
  static String words(SSLException failure) {
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
