package dev.stockpot.system;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A coordinator and workers, each a process of its own, on this machine's loopback. */
final class ClusterSite implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int POLL_MILLIS = 20;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path directory;
  private final int clusterPort = freePort();
  private final int httpPort = freePort();
  private final Map<String, StockpotProcess> nodes = new LinkedHashMap<>();

  /**
   * No node yet.
   *
   * @param directory of the nodes' settings and of what they keep
   */
  ClusterSite(Path directory) {
    this.directory = directory;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the coordinator, or starts it again, over these directories. */
  void startCoordinator(Path... roots) throws InterruptedException {
    start(
        List.of(),
        "coordinator",
        """
        stockpot.cluster.port = %d
        stockpot.coordinator {
          data-dir = "%s"
          roots = %s
          http { port = %d, token-file = "%s" }
        }
        """
            .formatted(clusterPort, directory.resolve("data"), list(roots), httpPort, token()));
    await("the coordinator serves", () -> health().path("status").asString().equals("active"));
  }

  /** Starts a worker with one thread, over these directories. */
  void startWorker(String name, Path... roots) {
    startWorker(List.of(), name, roots);
  }

  /** The same, so slow that a merge takes long enough to be disturbed. */
  void startSlowWorker(String name, Path... roots) {
    startWorker(List.of("-Xint"), name, roots);
  }

  private void startWorker(List<String> flags, String name, Path... roots) {
    start(
        flags,
        name,
        """
        stockpot.cluster { port = 0, seeds = ["127.0.0.1:%d"] }
        stockpot.worker { threads = 1, roots = %s }
        """
            .formatted(clusterPort, list(roots)));
  }

  private static String list(Path... paths) {
    return JsonMapper.shared()
        .writeValueAsString(List.of(paths).stream().map(Path::toString).toList());
  }

  private void start(List<String> flags, String name, String settings) {
    try {
      Path own = Files.createDirectories(directory.resolve(name));
      Path file = Files.writeString(own.resolve("node.conf"), settings);
      String role = name.equals("coordinator") ? "coordinator" : "worker";
      List<String> all = new ArrayList<>(flags);
      all.add("-Dlogback.configurationFile=logback-node.xml");
      nodes.put(name, StockpotProcess.start(all, own, role, "--config", file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory that a node is started in. */
  Path own(String name) {
    return directory.resolve(name);
  }

  StockpotProcess node(String name) {
    StockpotProcess node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    return node;
  }

  /** Kills a node and forgets it. */
  void kill(String name) throws InterruptedException {
    try (StockpotProcess node = node(name)) {
      node.kill();
      nodes.remove(name);
    }
  }

  /** Runs a client command. */
  Ended client(String... arguments) throws InterruptedException {
    try (StockpotProcess process = startClient(arguments)) {
      return process.await();
    }
  }

  StockpotProcess startClient(String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(
        1, List.of("--coordinator", url().toString(), "--token-file", token().toString()));
    return StockpotProcess.start(directory, command.toArray(String[]::new));
  }

  private Path token() {
    return directory.resolve("token");
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + httpPort);
  }

  private JsonNode health() {
    return get("/v1/health");
  }

  JsonNode workers() {
    return get("/v1/workers");
  }

  JsonNode job(String id) {
    return get("/v1/jobs/" + id);
  }

  /** What the coordinator answers; a missing node while it does not. */
  private JsonNode get(String path) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url().resolve(path)).timeout(Duration.ofSeconds(5));
      if (Files.exists(token())) {
        request.header("Authorization", "Bearer " + Files.readString(token()).strip());
      }
      return JsonMapper.shared()
          .readTree(HTTP.send(request.build(), BodyHandlers.ofString()).body());
    } catch (IOException _) {
      return JsonMapper.shared().missingNode();
    } catch (InterruptedException e) {
      throw new AssertionFailedError("interrupted", e);
    }
  }

  /** Waits until so many workers report that they want work. */
  void awaitWorkers(int count) throws InterruptedException {
    await(
        count + " workers",
        () ->
            workers().valueStream().filter(one -> text(one, "status").equals("working")).count()
                == count);
  }

  /** Waits until the job is as wanted. */
  JsonNode awaitJob(String id, String what, Predicate<JsonNode> wanted)
      throws InterruptedException {
    await(id + " is " + what, () -> wanted.test(job(id)));
    return job(id);
  }

  /** Waits until the job has ended well. */
  JsonNode awaitDone(String id) throws InterruptedException {
    JsonNode ended =
        awaitJob(
            id,
            "ended",
            job -> List.of("done", "failed", "cancelled").contains(text(job, "status")));
    if (!text(ended, "status").equals("done")) {
      throw new AssertionFailedError("the job ended as " + ended + everythingSaid());
    }
    return ended;
  }

  static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  static int doneTasks(JsonNode job) {
    return job.path("progress").path("doneTasks").asInt(0);
  }

  interface Condition {
    boolean holds();
  }

  void await(String what, Condition condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new AssertionFailedError(
            "did not come about within " + LIMIT + ": " + what + everythingSaid());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
    }
  }

  /** The nodes' logs, for the message of a test that failed. */
  private String everythingSaid() {
    StringBuilder all = new StringBuilder();
    nodes.forEach(
        (name, node) -> all.append("\n--- ").append(name).append('\n').append(node.said()));
    return all.toString();
  }

  @Override
  public void close() {
    nodes.values().forEach(StockpotProcess::close);
  }
}
