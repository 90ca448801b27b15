package dev.stockpot.coordinator.http.access;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session as a browser sends it. Browsers keep one cookie of a name for all ports of a host, so
 * each server sets one with its port in the name, and servers of one host don't log each other's
 * users out. Any such cookie counts where its session does: a standby that took over has the same
 * tokens, and to a server with others it is nobody's.
 */
public record SessionCookie(String name, String value) {

  /** How many are looked at, each of which costs a MAC. */
  static final int MOST = 16;

  private static final String NAME = "stockpot_session";
  private static final Pattern COOKIE =
      Pattern.compile("(" + NAME + "(?:_[0-9]{1,5})?)=([^\\s,;\"\\\\]*)");
  private static final Pattern PORT = Pattern.compile(".*:([0-9]{1,5})");

  /** What the server at this address, of a request's {@code Host}, calls its own. */
  public static String name(Optional<String> host) {
    return host.map(PORT::matcher)
        .filter(Matcher::matches)
        .map(address -> NAME + "_" + address.group(1))
        .orElse(NAME);
  }

  /**
   * The sessions of a header {@code Cookie}; first the server's own, then those of other ports.
   *
   * @param own name of the server's own
   */
  public static List<SessionCookie> in(String header, String own) {
    return Arrays.stream(header.split(";", -1))
        .map(String::strip)
        .map(COOKIE::matcher)
        .filter(Matcher::matches)
        .map(cookie -> new SessionCookie(cookie.group(1), cookie.group(2)))
        .sorted(Comparator.comparing(cookie -> !cookie.name().equals(own)))
        .limit(MOST)
        .toList();
  }
}
