package dev.stockpot.hub.client;

import dev.stockpot.hub.HubProxies;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The environment's proxies, as the JDK's client asks for them. */
final class ProxyRoutes extends ProxySelector {

  private static final String NO_BASIC = "jdk.http.auth.tunneling.disabledSchemes";

  private final HubProxies proxies;

  private ProxyRoutes(HubProxies proxies) {
    this.proxies = proxies;
  }

  static void set(HubProxies proxies, HttpClient.Builder client) {
    client.proxy(new ProxyRoutes(proxies));
    List<URI> named =
        Stream.of(proxies.http(), proxies.https())
            .flatMap(Optional::stream)
            .filter(proxy -> proxy.getUserInfo() != null)
            .toList();
    if (!named.isEmpty()) {
      // The JDK gives no proxy of secure addresses a password unless it is told to.
      if (System.getProperty(NO_BASIC) == null) {
        System.setProperty(NO_BASIC, "");
      }
      client.authenticator(new Passwords(named));
    }
  }

  @Override
  public List<Proxy> select(URI address) {
    return List.of(
        proxies
            .of(address)
            .map(proxy ->
                new Proxy(
                    Proxy.Type.HTTP,
                    InetSocketAddress.createUnresolved(proxy.getHost(), HubProxies.port(proxy))))
            .orElse(Proxy.NO_PROXY));
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
    // The request fails with it.
  }

  /** Passwords for proxies, and for nobody else. */
  private static final class Passwords extends Authenticator {

    private final List<URI> proxies;

    Passwords(List<URI> proxies) {
      this.proxies = proxies;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      return proxies.stream()
          .filter(proxy ->
              proxy.getHost().equalsIgnoreCase(getRequestingHost())
                  && HubProxies.port(proxy) == getRequestingPort())
          .findFirst()
          .map(proxy -> {
            String[] parts = proxy.getUserInfo().split(":", 2);
            return new PasswordAuthentication(
                parts[0], (parts.length > 1 ? parts[1] : "").toCharArray());
          })
          .orElse(null);
    }
  }
}
