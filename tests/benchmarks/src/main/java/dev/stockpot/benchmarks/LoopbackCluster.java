package dev.stockpot.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A coordinator and workers as {@code ./stockpot} starts them, until it is closed. */
final class LoopbackCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path home;
  private final Path directory;
  private final String roots;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> nodes = new CopyOnWriteArrayList<>();
  private final Thread atExit = new Thread(this::kill);
  private final List<Path> logs = new ArrayList<>();
  private final URI url;

  /**
   * A job that is done.
   *
   * @param seconds from when it left the queue to its end, as the coordinator says
   * @param coordinatorCpu seconds of CPU time meanwhile, and until the end was seen here
   * @param workersCpu of all workers together, likewise
   */
  record Job(double seconds, double coordinatorCpu, WorkersCpu workersCpu) {}

  /**
   * Seconds of CPU time of all workers together.
   *
   * @param merging of the threads that merge
   * @param compiling of the JVMs' compilers
   */
  record WorkersCpu(double all, double merging, double compiling) {

    WorkersCpu since(WorkersCpu before) {
      return new WorkersCpu(
          all - before.all, merging - before.merging, compiling - before.compiling);
    }

    @Override
    public String toString() {
      return "%.2f s (merging %.2f, compiling %.2f, else %.2f)"
          .formatted(all, merging, compiling, all - merging - compiling);
    }
  }

  /**
   * Starts the processes and waits until all workers have reported.
   *
   * @param home of the repository
   * @param directory for their settings, journal and logs
   * @param roots that hold inputs and outputs
   */
  LoopbackCluster(Path home, Path directory, List<Path> roots, int workers, int threads)
      throws IOException {
    this.home = home;
    this.directory = Files.createDirectories(directory);
    this.roots =
        JsonMapper.shared().writeValueAsString(roots.stream().map(Path::toString).toList());
    // Also when this process is told to end: nodes would stay, each with a port and its memory.
    Runtime.getRuntime().addShutdownHook(atExit);
    int clusterPort = freePort();
    int httpPort = freePort();
    url = URI.create("http://127.0.0.1:" + httpPort);
    try {
      start(
          "coordinator",
          "coordinator",
          """
          stockpot.cluster.port = %d
          stockpot.coordinator {
            data-dir = "%s"
            roots = %s
            http { port = %d, token-file = "%s" }
          }
          """
              .formatted(
                  clusterPort, directory.resolve("data"), this.roots, httpPort, tokenFile()));
      for (int i = 0; i < workers; i++) {
        start(
            "worker",
            "worker-" + i,
            """
            stockpot.cluster { port = 0, seeds = ["127.0.0.1:%d"] }
            stockpot.worker { threads = %d, roots = %s }
            """
                .formatted(clusterPort, threads, this.roots));
      }
      await(workers + " workers report", () -> workersThatReport() == workers);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void start(String role, String name, String settings) throws IOException {
    String common = "stockpot.tls.directory = \"%s\"\n".formatted(directory.resolve("tls"));
    Path file = Files.writeString(directory.resolve(name + ".conf"), settings + common);
    Path log = directory.resolve(name + ".log");
    logs.add(log);
    nodes.add(
        new ProcessBuilder(home.resolve("stockpot").toString(), role, "--config", file.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start());
  }

  private Path tokenFile() {
    return directory.resolve("token");
  }

  private long workersThatReport() {
    return get("/v1/workers")
        .valueStream()
        .map(worker -> worker.path("status").asString(""))
        .filter(List.of("working", "idle")::contains)
        .count();
  }

  /** Runs a plan to its end. */
  Job run(String id, String plan) throws IOException {
    double coordinator = ProcessTimes.seconds(nodes.getFirst().pid());
    WorkersCpu workers = workersCpu();
    JsonNode accepted =
        send(
            request("/v1/jobs")
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        JsonMapper.shared()
                            .writeValueAsString(
                                JsonMapper.shared()
                                    .createObjectNode()
                                    .put("id", id)
                                    .put("plan", plan)
                                    .put("directory", directory.toString())
                                    .put("source", "plan.yaml")
                                    .put("priority", 0)
                                    .put("replace", false)))));
    if (!accepted.path("id").asString("").equals(id)) {
      throw new IOException("the job was not accepted: " + accepted);
    }
    await(id + " ends", () -> get("/v1/jobs/" + id).hasNonNull("ended"));
    JsonNode job = get("/v1/jobs/" + id);
    if (!job.path("status").asString("").equals("done")) {
      throw new IOException("the job ended otherwise: " + job);
    }
    return new Job(
        Duration.between(instant(job, "started"), instant(job, "ended")).toNanos() / 1e9,
        ProcessTimes.seconds(nodes.getFirst().pid()) - coordinator,
        workersCpu().since(workers));
  }

  private static Instant instant(JsonNode job, String field) {
    return Instant.parse(job.path(field).asString());
  }

  private WorkersCpu workersCpu() throws IOException {
    double all = 0;
    double merging = 0;
    double compiling = 0;
    for (Process worker : nodes.subList(1, nodes.size())) {
      all += ProcessTimes.seconds(worker.pid());
      merging += ProcessTimes.secondsOfThreads(worker.pid(), "merge-");
      compiling +=
          ProcessTimes.secondsOfThreads(worker.pid(), "C1 ")
              + ProcessTimes.secondsOfThreads(worker.pid(), "C2 ");
    }
    return new WorkersCpu(all, merging, compiling);
  }

  private HttpRequest.Builder request(String path) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(ANSWER);
    if (Files.exists(tokenFile())) {
      request.header("Authorization", "Bearer " + Files.readString(tokenFile()).strip());
    }
    return request;
  }

  /** What the coordinator answers; a missing node while it does not. */
  private JsonNode get(String path) {
    try {
      return send(request(path));
    } catch (IOException _) {
      return JsonMapper.shared().missingNode();
    }
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException {
    try {
      return JsonMapper.shared()
          .readTree(http.send(request.build(), BodyHandlers.ofString()).body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void await(String what, BooleanSupplier condition) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || nodes.stream().anyMatch(node -> !node.isAlive())) {
        throw new IOException("did not come about: " + what + everythingSaid());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private String everythingSaid() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path log : logs) {
      all.append("\n--- ").append(log.getFileName()).append('\n').append(Files.readString(log));
    }
    return all.toString();
  }

  /** Ends the processes: nothing that they hold is wanted any more. */
  @Override
  public void close() {
    http.shutdownNow();
    kill();
    nodes.forEach(node -> node.onExit().join());
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /** With what a launcher has started that has not become its node yet. */
  private void kill() {
    for (Process node : nodes) {
      node.descendants().forEach(ProcessHandle::destroyForcibly);
      node.destroyForcibly();
    }
  }
}
