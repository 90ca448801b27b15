package dev.stockpot.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.coordinator.web.WebFile;
import dev.stockpot.coordinator.web.WebFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Serves the dashboard's own files as a coordinator does, and rows of the test's making, to a
 * visitor who is logged in unless the test says otherwise.
 */
final class FakeCoordinator implements AutoCloseable {

  private static final String END = "";

  /** What is said instead of the usual. */
  private record Answer(int status, String body) {}

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> views = new ConcurrentHashMap<>();
  private final Map<String, Queue<BlockingQueue<String>>> followers = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  FakeCoordinator() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Answers so, instead of as a coordinator that works, to a visitor who is logged in. */
  void say(String path, int status, String body) {
    answers.put(path, new Answer(status, body));
  }

  /** What a view shows to whoever comes. */
  void put(String view, ObjectNode rows) {
    views.put(view, rows);
  }

  /** Tells those who follow a view that rows changed. */
  void change(String view, ObjectNode rows) {
    String event = event(false, rows);
    followers.getOrDefault(view, new ConcurrentLinkedQueue<>()).forEach(queue -> queue.add(event));
  }

  private String event(boolean reset, ObjectNode rows) {
    long now = version.incrementAndGet();
    return "id: e.%d\nevent: rows\ndata: %s\n\n".formatted(now, message(now, reset, rows));
  }

  private static String message(long version, boolean reset, ObjectNode rows) {
    ObjectNode message = JsonMapper.shared().createObjectNode();
    message.put("epoch", "e").put("version", version).put("reset", reset).set("rows", rows);
    return message.toString();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Optional<WebFile> file =
        path.equals("/")
            ? Optional.of(WebFiles.page())
            : WebFiles.asset(path.replace("/assets/", ""));
    Answer said = answers.get(path);
    if (said != null) {
      send(exchange, said.status(), "application/json", said.body());
    } else if (file.isPresent()) {
      exchange.getResponseHeaders().set("Content-Security-Policy", WebFiles.POLICY);
      send(exchange, 200, file.get().type(), file.get().text());
    } else if (path.equals("/v1/session")) {
      send(exchange, 200, "application/json", "{\"name\": \"tester\", \"readOnly\": false}");
    } else if (path.endsWith("/events")) {
      follow(exchange, path.substring(0, path.length() - "/events".length()));
    } else {
      ObjectNode rows = views.get(path);
      send(
          exchange,
          rows == null ? 404 : 200,
          "application/json",
          rows == null ? "{\"error\": \"no such job\"}" : message(version.get(), true, rows));
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private void follow(HttpExchange exchange, String view) throws IOException {
    ObjectNode rows = views.get(view);
    if (rows == null) {
      send(exchange, 404, "application/json", "{\"error\": \"no such job\"}");
      return;
    }
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    events.add(event(true, rows));
    followers.computeIfAbsent(view, _ -> new ConcurrentLinkedQueue<>()).add(events);
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (String event = events.take(); !event.equals(END); event = events.take()) {
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    followers.values().forEach(queues -> queues.forEach(queue -> queue.add(END)));
    server.stop(0);
    threads.shutdownNow();
  }
}
