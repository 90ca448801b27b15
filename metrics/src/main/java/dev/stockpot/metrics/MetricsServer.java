package dev.stockpot.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port for {@code /metrics}, and for orchestrators {@code /health}, that the process lives, and
 * {@code /ready}, that it does its work.
 */
public final class MetricsServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  /** Several processes of a machine take one port after the other. */
  private static final int PORTS = 16;

  private static final List<String> METHODS = List.of("GET", "HEAD");
  private static final List<String> PLAIN = List.of("text/plain; charset=utf-8");
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;
  private static final int WRONG_METHOD = 405;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;

  /** Of the JDK's server, in seconds, and in connections: whoever is slow is not waited for. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "sun.net.httpserver.maxReqTime", "10",
          "sun.net.httpserver.maxRspTime", "30",
          "jdk.httpserver.maxConnections", "64");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Metrics metrics;
  private final boolean local;

  private MetricsServer(HttpServer server, MetricsSettings settings, Metrics metrics) {
    this.server = server;
    this.metrics = metrics;
    this.local = settings.isLoopback();
  }

  /**
   * Serves from now on.
   *
   * @param settings with a port
   * @param unready why the process does not do its work; empty if it does
   * @throws IOException if neither that port nor those after it can be bound
   */
  public static MetricsServer start(
      MetricsSettings settings, Metrics metrics, Supplier<Optional<String>> unready)
      throws IOException {
    LIMITS.forEach((name, value) -> {
      if (System.getProperty(name) == null) {
        System.setProperty(name, value);
      }
    });
    MetricsServer started = new MetricsServer(bind(settings), settings, metrics);
    started.server.setExecutor(started.threads);
    started.server.createContext("/metrics", started.handler(started::metrics));
    started.server.createContext(
        "/health", started.handler(exchange -> send(exchange, OK, "alive\n")));
    started.server.createContext(
        "/ready",
        started.handler(exchange -> {
          Optional<String> why = unready.get();
          send(exchange, why.isEmpty() ? OK : UNAVAILABLE, why.orElse("ready") + "\n");
        }));
    started.server.start();
    LOG.info("Metrics at {}", started.url());
    return started;
  }

  private static HttpServer bind(MetricsSettings settings) throws IOException {
    int last = Math.min(settings.port() + PORTS - 1, MetricsSettings.MOST);
    for (int port = settings.port(); ; port++) {
      try {
        return HttpServer.create(new InetSocketAddress(settings.host(), port), 0);
      } catch (BindException e) {
        if (port >= last) {
          throw new IOException(
              "neither port %d of %s nor the %d after it can be bound: %s; see stockpot.metrics"
                  .formatted(
                      settings.port(), settings.host(), last - settings.port(), e.getMessage()),
              e);
        }
      }
    }
  }

  /** Where the metrics are. */
  public String url() {
    String host = server.getAddress().getHostString();
    return "http://%s:%d/metrics"
        .formatted(host.contains(":") ? "[" + host + "]" : host, server.getAddress().getPort());
  }

  private HttpHandler handler(HttpHandler answer) {
    return exchange -> {
      try (exchange) {
        if (!METHODS.contains(exchange.getRequestMethod())) {
          exchange.getResponseHeaders().set("Allow", String.join(", ", METHODS));
          send(exchange, WRONG_METHOD, "this address takes GET\n");
        } else if (local && !LocalHost.isNamed(header(exchange, "Host"))) {
          send(
              exchange, FORBIDDEN, "this port is for this machine, under a name of the loopback\n");
        } else {
          answer.handle(exchange);
        }
      }
    };
  }

  private void metrics(HttpExchange exchange) throws IOException {
    Exposition exposition;
    try {
      exposition = metrics.scrape(header(exchange, "Accept")).toCompletableFuture().join();
    } catch (RuntimeException e) {
      LOG.error("The metrics could not be read", e);
      send(exchange, FAILED, "the metrics could not be read; the log says more\n");
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", exposition.contentType());
    send(exchange, OK, exposition.text());
  }

  private static String header(HttpExchange exchange, String name) {
    return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().putIfAbsent("Content-Type", PLAIN);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
