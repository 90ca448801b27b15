package dev.stockpot.cli.client.api;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** The coordinators' addresses, as users write them. */
public final class Addresses {

  private Addresses() {}

  /** The addresses in order, each once, without a slash at the end. */
  public static List<URI> parse(List<String> texts) {
    List<URI> addresses =
        texts.stream()
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(Addresses::parse)
            .distinct()
            .toList();
    if (addresses.isEmpty()) {
      throw new ClientException.Unusable("--coordinator names no address");
    }
    return addresses;
  }

  private static URI parse(String text) {
    URI address;
    try {
      address = new URI(text.replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      throw wrong(text, e.getReason());
    }
    String scheme = address.getScheme();
    if (address.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw wrong(text, "an address looks like https://host:7625");
    }
    if (address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || address.getRawFragment() != null) {
      throw wrong(text, "an address has no user, '?' or '#'");
    }
    if (scheme.equals("http") && !isLoopback(address.getHost())) {
      throw wrong(text, "off this machine only https:// keeps the token secret");
    }
    return address;
  }

  /** By its text: what a name stands for, a resolver may say otherwise tomorrow. */
  private static boolean isLoopback(String host) {
    if (host.startsWith("[") || host.matches("[0-9.]+")) {
      return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
    }
    return host.equals("localhost");
  }

  private static ClientException wrong(String text, String why) {
    return new ClientException.Unusable("--coordinator '%s': %s".formatted(text, why));
  }
}
