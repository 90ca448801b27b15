package dev.stockpot.cli.system;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A host, without brackets, and a port. */
record Endpoint(String host, int port) {
  private static final Pattern FORM = Pattern.compile("(\\[[^]]+]|[^:\\[\\]]+):([0-9]{1,5})");

  /** Reads {@code host:port}; an IPv6 address stands in brackets. */
  static Optional<Endpoint> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(2));
    return port > 65_535
        ? Optional.empty()
        : Optional.of(new Endpoint(matcher.group(1).replaceAll("[\\[\\]]", ""), port));
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
