package dev.stockpot.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that the environment names, as curl and Python read it.
 *
 * @param http for plain addresses; may hold a user and a password, so it is not to be told
 * @param https for secure ones
 * @param direct hosts that are reached without: a name, which stands for those below it too, or
 *     {@code *} for all
 */
public record HubProxies(Optional<URI> http, Optional<URI> https, List<String> direct) {

  private static final int USUAL_PORT = 80;

  public HubProxies {
    direct = List.copyOf(direct);
  }

  /** No proxy. */
  public static HubProxies none() {
    return new HubProxies(Optional.empty(), Optional.empty(), List.of());
  }

  /** Lower case counts first; {@code ALL_PROXY} where there is none of its own. */
  public static HubProxies from(Map<String, String> environment) {
    return new HubProxies(
        proxy(environment, "http_proxy").or(() -> proxy(environment, "all_proxy")),
        proxy(environment, "https_proxy").or(() -> proxy(environment, "all_proxy")),
        variable(environment, "no_proxy").stream()
            .flatMap(list -> Arrays.stream(list.split(",", -1)))
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .filter(host -> !host.isEmpty())
            .toList());
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<URI> proxy(Map<String, String> environment, String name) {
    return variable(environment, name)
        .map(value -> {
          try {
            URI uri = new URI(value.contains("://") ? value : "http://" + value);
            if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
              return uri;
            }
          } catch (URISyntaxException _) {
            // Told below, without the address: it may hold a password.
          }
          throw new HubException(
              HubException.Kind.REFUSED,
              name.toUpperCase(Locale.ROOT)
                  + " names no proxy that can be used, which is like http://host:port");
        });
  }

  /** The proxy for an address; empty where it is reached without. */
  public Optional<URI> of(URI address) {
    String host = bare(String.valueOf(address.getHost()).toLowerCase(Locale.ROOT));
    int port = address.getPort();
    boolean isDirect =
        direct.stream()
            .map(each ->
                each.startsWith("*.") || each.startsWith(".")
                    ? each.substring(each.indexOf('.') + 1)
                    : each)
            .anyMatch(each ->
                each.equals("*")
                    || host.equals(bare(each))
                    || host.endsWith("." + each)
                    || (port > 0 && (host + ":" + port).equals(each)));
    if (isDirect) {
      return Optional.empty();
    }
    return "https".equals(address.getScheme()) ? https : http;
  }

  /** The port of a proxy. */
  public static int port(URI proxy) {
    return proxy.getPort() < 0 ? USUAL_PORT : proxy.getPort();
  }

  private static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return http.isPresent() || https.isPresent() ? "proxies" : "no proxies";
  }
}
