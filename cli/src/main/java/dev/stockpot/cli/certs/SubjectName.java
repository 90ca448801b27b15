package dev.stockpot.cli.certs;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A host that a certificate speaks for.
 *
 * @param text a DNS name, whose first label may be {@code *}, or an IP address
 */
record SubjectName(Kind kind, String text) {

  private static final int LONGEST = 253;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  private static final Pattern NAME = Pattern.compile("(\\*\\.)?" + LABEL + "(\\." + LABEL + ")*");

  enum Kind {
    DNS,
    IP
  }

  /**
   * What a user calls a host.
   *
   * @throws IllegalArgumentException if it is neither a name nor an address
   */
  static SubjectName of(String host) {
    if (ADDRESS.matcher(host).matches()) {
      return new SubjectName(Kind.IP, InetAddress.ofLiteral(host).getHostAddress());
    }
    if (host.length() > LONGEST || !NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("give a host name or an IP address, without a port");
    }
    return new SubjectName(Kind.DNS, host);
  }

  /** As {@code keytool -ext san=} takes it. */
  @Override
  public String toString() {
    return switch (kind) {
      case DNS -> "dns:" + text;
      case IP -> "ip:" + text;
    };
  }
}
