package dev.stockpot.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.protocol.api.JobStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Speaks a coordinator's side of the HTTP API as a test says: each request gets the next answer
 * scripted for its method and path, the last one again and again.
 */
final class ScriptedCoordinator implements AutoCloseable {

  static final String TOKEN = "the-right-token-of-a-coordinator";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Queue<Answer>> answers = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** What was asked; {@code line} is method, path and query. */
  record Request(String line, Optional<String> lastEventId, Optional<String> token, String body) {}

  /** Writes one answer. */
  interface Answer {
    void write(HttpExchange exchange) throws IOException;
  }

  private ScriptedCoordinator(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
  }

  /** Listens on a free port. */
  static ScriptedCoordinator start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      return started(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens with this server, which is bound and not started. */
  static ScriptedCoordinator started(HttpServer server) {
    ScriptedCoordinator coordinator = new ScriptedCoordinator(server);
    server.start();
    return coordinator;
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Adds answers to {@code GET /v1/jobs} and the like. */
  ScriptedCoordinator on(String line, Answer... inOrder) {
    answers.computeIfAbsent(line, _ -> new ConcurrentLinkedQueue<>()).addAll(List.of(inOrder));
    return this;
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  List<String> lines() {
    return requests.stream().map(Request::line).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      Optional<String> token = header(exchange, "Authorization");
      requests.add(
          new Request(
              line,
              header(exchange, "Last-Event-ID"),
              token,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      Queue<Answer> scripted = answers.get(line);
      if (!token.equals(Optional.of("Bearer " + TOKEN))) {
        error(401, "who are you?").write(exchange);
      } else if (scripted == null) {
        error(404, "no answer to " + line).write(exchange);
      } else {
        (scripted.size() > 1 ? scripted.remove() : scripted.element()).write(exchange);
      }
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  static Answer json(int status, String body) {
    return exchange -> send(exchange, status, "application/json", body);
  }

  static Answer error(int status, String error, String... details) {
    return json(status, ApiJson.text(Map.of("error", error, "details", List.of(details))));
  }

  static Answer html(int status) {
    return exchange -> send(exchange, status, "text/html", "<html><body>hello</body></html>");
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** These events, and the end of the stream. */
  static Answer events(String... events) {
    String all = ": heartbeat\n\n" + String.join("", events);
    return exchange -> send(exchange, 200, "text/event-stream;charset=UTF-8", all);
  }

  /** These events, and then the connection breaks in the middle of another. */
  static Answer cutEvents(String... events) {
    return exchange -> {
      byte[] bytes = (String.join("", events) + "event: jo").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, bytes.length + 1000);
      exchange.getResponseBody().write(bytes);
      exchange.getResponseBody().flush();
    };
  }

  /** These events, and a connection that stays. */
  static Answer openEvents(String... events) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(String.join("", events).getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** No answer: the connection breaks once the request was read. */
  static Answer brokenConnection() {
    return _ -> {};
  }

  static String jobEvent(int id, String job) {
    return "id: %d\nevent: job\ndata: %s\n\n".formatted(id, job);
  }

  static String logEvent(int id, int sequence, String level, String message) {
    return "id: %d\nevent: log\ndata: %s\n\n".formatted(id, logLine(sequence, level, message));
  }

  static String logLine(int sequence, String level, String message) {
    return ApiJson.text(
        Map.of(
            "sequence",
            sequence,
            "time",
            "2026-03-01T12:00:00Z",
            "level",
            level,
            "message",
            message));
  }

  /** A job as a coordinator tells it, a tenth of a gigabyte for each percent. */
  static String job(String id, JobStatus status, int percent) {
    return job(id, status, percent, "\"aFieldOfTheFuture\":[1]");
  }

  static String failedJob(String id, String kind, String message, boolean resumable) {
    return job(
        id,
        JobStatus.FAILED,
        40,
        "\"failure\":"
            + ApiJson.text(Map.of("kind", kind, "message", message, "resumable", resumable)));
  }

  private static String job(String id, JobStatus status, int percent, String failure) {
    String job =
        """
        {"id":"%s","status":"%s","priority":5,"source":"soup.yaml","outputs":["/models/%s"],\
        "plan":0,"attempt":1,"submitted":"2026-03-01T12:00:00Z","started":"2026-03-01T12:00:01Z",\
        "ended":%s,"progress":{"doneTasks":%d,"tasks":100,"keptTasks":0,"returnedTasks":7,\
        "doneBytes":%d,"bytes":10000000000,"workers":3},%s}\
        """
            .formatted(
                id,
                JobText.word(status),
                id,
                status.isTerminal() ? "\"2026-03-01T12:02:05Z\"" : "null",
                percent,
                percent * 100_000_000L,
                failure);
    assertThat(ApiJson.tree(job).isObject()).isTrue();
    return job;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
