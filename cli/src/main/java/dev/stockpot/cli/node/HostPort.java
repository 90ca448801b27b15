package dev.stockpot.cli.node;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where something listens, written {@code host:port}; an IPv6 address stands in brackets. */
record HostPort(String host, int port) {

  private static final int MAX_PORT = 65_535;

  /**
   * Reads {@code host} or {@code host:port}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static HostPort parse(String text, int defaultPort) {
    int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.indexOf(':') >= 0 && !bracketed)) {
      throw new IllegalArgumentException("'" + text + "' is no host:port");
    }
    if (colon < 0) {
      return new HostPort(host, defaultPort);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= MAX_PORT) {
        return new HostPort(host, port);
      }
    } catch (NumberFormatException _) {
      // Told below, like a port that is out of range.
    }
    throw new IllegalArgumentException("'" + text + "' has no port from 0 to 65535");
  }

  /** Whether only this machine reaches it. */
  boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
