package dev.stockpot.system;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Coordinators and workers, each a process of its own; on this machine's loopback by default. */
public final class ClusterSite implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int POLL_MILLIS = 20;

  /** Name of the only coordinator. */
  public static final String COORDINATOR = "coordinator";

  /** Kernels that are interpreted; all else, such as the start, is as fast as ever. */
  private static final List<String> SLOW =
      List.of(
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=exclude,dev.stockpot.merge.kernel.*::*",
          "-XX:CompileCommand=exclude,jdk.incubator.vector.*::*");

  private final Path directory;
  private final Place place;
  private final Optional<Path> ca;
  private final String settings;
  private final ClusterApi api;
  private final Map<String, Ports> coordinators = new LinkedHashMap<>();
  private final Map<String, StockpotProcess> nodes = new LinkedHashMap<>();
  private final Map<String, Supplier<StockpotProcess>> starts = new HashMap<>();

  /** The coordinator that answered last. */
  private String current;

  /** Where a coordinator is, before and after it is started again. */
  private record Ports(int cluster, int http) {}

  /**
   * No node yet, and one coordinator, with its journal in files.
   *
   * @param directory of the nodes' settings and of what they keep
   */
  public ClusterSite(Path directory) {
    this(directory, Place.LOOPBACK, Optional.empty(), "", COORDINATOR);
  }

  /**
   * No node yet.
   *
   * @param place of all coordinators
   * @param ca whose certificates they have; none for plain HTTP
   * @param settings that they have besides, in HOCON
   * @param coordinators their names
   */
  public ClusterSite(
      Path directory, Place place, Optional<Path> ca, String settings, String... coordinators) {
    this.directory = directory;
    this.place = place;
    this.ca = ca;
    this.settings = settings;
    this.api = new ClusterApi(token(), ca);
    this.current = coordinators[0];
    for (String name : coordinators) {
      this.coordinators.put(name, new Ports(freePort(), freePort()));
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the only coordinator, or starts it again, over these directories. */
  public void startCoordinator(Path... roots) throws InterruptedException {
    startCoordinator(COORDINATOR, roots);
    awaitCoordinator(COORDINATOR, "active");
  }

  /** Starts a coordinator, which coordinates or stands by, over these directories. */
  public void startCoordinator(String name, Path... roots) {
    Ports ports = ports(name);
    start(
        List.of(),
        place,
        name,
        "coordinator",
        """
        stockpot.cluster { host = "%s", port = %d }
        stockpot.coordinator {
          data-dir = "%s"
          roots = %s
          http { host = "%s", port = %d, token-file = "%s" }
        }
        %s
        """
            .formatted(
                place.host(),
                ports.cluster(),
                own(name).resolve("data"),
                list(roots),
                place.host(),
                ports.http(),
                token(),
                settings));
  }

  private Ports ports(String coordinator) {
    Ports ports = coordinators.get(coordinator);
    if (ports == null) {
      throw new IllegalArgumentException("no coordinator " + coordinator);
    }
    return ports;
  }

  /** Waits until the coordinator is {@code active}, or {@code standby}. */
  public void awaitCoordinator(String name, String status) throws InterruptedException {
    await(name + " is " + status, () -> status(name).equals(status) || !node(name).isAlive());
    if (!node(name).isAlive()) {
      throw new AssertionFailedError(name + " has ended" + everythingSaid());
    }
  }

  /** What a coordinator says that it is; blank if it does not answer. */
  String status(String coordinator) {
    return api.get(url(coordinator).resolve("/v1/health"))
        .map(health -> text(health, "status"))
        .orElse("");
  }

  /** Starts a worker with one thread, over these directories. */
  public void startWorker(String name, Path... roots) {
    startWorker(Place.LOOPBACK, name, roots);
  }

  /** The same, so slow that a merge takes long enough to be disturbed. */
  public void startSlowWorker(String name, Path... roots) {
    startSlowWorker(Place.LOOPBACK, name, roots);
  }

  void startSlowWorker(Place at, String name, Path... roots) {
    startWorker(SLOW, at, name, roots);
  }

  void startWorker(Place at, String name, Path... roots) {
    startWorker(List.of(), at, name, roots);
  }

  private void startWorker(List<String> flags, Place at, String name, Path... roots) {
    start(
        flags,
        at,
        name,
        "worker",
        """
        stockpot.cluster { host = "%s", port = 0, seeds = %s }
        stockpot.worker { threads = 1, roots = %s }
        """
            .formatted(
                at.host(),
                json(
                    coordinators.values().stream()
                        .map(ports -> place.host() + ":" + ports.cluster())
                        .toList()),
                list(roots)));
  }

  private static String list(Path... paths) {
    return json(List.of(paths).stream().map(Path::toString).toList());
  }

  private static String json(List<String> texts) {
    return JsonMapper.shared().writeValueAsString(texts);
  }

  private void start(List<String> flags, Place at, String name, String role, String settings) {
    try {
      Path own = Files.createDirectories(own(name));
      String common = "stockpot.tls.directory = \"%s\"\n".formatted(certificate());
      Path file = Files.writeString(own.resolve("node.conf"), settings + common + at.settings());
      List<String> all = new ArrayList<>(flags);
      all.add("-Dlogback.configurationFile=logback-node.xml");
      // Where workers hold their names, which those of other clusters do not take from them.
      List<String> prefix = new ArrayList<>(at.prefix());
      prefix.addAll(List.of("env", "XDG_STATE_HOME=" + directory.resolve("state")));
      Supplier<StockpotProcess> start =
          () -> StockpotProcess.start(prefix, all, own, role, "--config", file.toString());
      starts.put(name, start);
      nodes.put(name, start.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory that a node is started in. */
  Path own(String name) {
    return directory.resolve(name);
  }

  public StockpotProcess node(String name) {
    StockpotProcess node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    return node;
  }

  /** Kills a node and forgets it. */
  public void kill(String name) throws InterruptedException {
    try (StockpotProcess node = node(name)) {
      node.kill();
      nodes.remove(name);
    }
  }

  /** Kills a node and starts it again as it was; what it said before is forgotten. */
  public void restart(String name) throws InterruptedException {
    Supplier<StockpotProcess> start = Objects.requireNonNull(starts.get(name), name);
    kill(name);
    nodes.put(name, start.get());
  }

  /** Submits a plan by the API, until a coordinator has taken it. */
  public void submit(String id, Path plan) throws InterruptedException {
    String body;
    try {
      body =
          JsonMapper.shared()
              .writeValueAsString(
                  Map.of(
                      "id", id,
                      "plan", Files.readString(plan),
                      "directory", plan.resolveSibling(".").normalize().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await(
        id + " is accepted",
        () -> coordinators.keySet().stream().anyMatch(name -> api.post(url(name), body)));
  }

  /** Runs a client command. */
  public Ended client(String... arguments) throws InterruptedException {
    try (StockpotProcess process = startClient(arguments)) {
      return process.await();
    }
  }

  StockpotProcess startClient(String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(1, List.of("--coordinator", urls(), "--token-file", token().toString()));
    ca.ifPresent(file -> command.addAll(1, List.of("--ca", file.toString())));
    return StockpotProcess.start(directory, command.toArray(String[]::new));
  }

  /** File of the token, there after a coordinator's first start. */
  public Path token() {
    return directory.resolve("token");
  }

  /** By which the nodes know each other where they have no other certificates. */
  Path certificate() {
    return directory.resolve("tls");
  }

  /** Addresses of all coordinators, as clients take them. */
  private String urls() {
    return coordinators.keySet().stream()
        .map(name -> url(name).toString())
        .collect(Collectors.joining(","));
  }

  /** Address of a coordinator's HTTP API. */
  public URI url(String coordinator) {
    return URI.create(
        "%s://%s:%d"
            .formatted(ca.isPresent() ? "https" : "http", place.host(), ports(coordinator).http()));
  }

  /** Address of the only coordinator's. */
  public URI url() {
    return url(COORDINATOR);
  }

  /** The only coordinator's port for other nodes. */
  int clusterPort() {
    return ports(COORDINATOR).cluster();
  }

  ClusterApi api() {
    return api;
  }

  public JsonNode workers() {
    return get("/v1/workers");
  }

  public JsonNode logs(String id) {
    return get("/v1/jobs/" + id + "/logs");
  }

  public JsonNode job(String id) {
    return get("/v1/jobs/" + id);
  }

  /** The rows that the job's page is sent; none while there is no such job. */
  public JsonNode view(String id) {
    return get("/v1/jobs/" + id + "/view").path("rows");
  }

  /** What the active coordinator answers; a missing node while there is none. */
  private JsonNode get(String path) {
    List<String> names = new ArrayList<>(coordinators.keySet());
    names.remove(current);
    names.addFirst(current);
    for (String name : names) {
      Optional<JsonNode> answer = api.get(url(name).resolve(path));
      if (answer.isPresent()) {
        current = name;
        return answer.get();
      }
    }
    return JsonMapper.shared().missingNode();
  }

  /** Waits until so many workers report that they want work. */
  public void awaitWorkers(int count) throws InterruptedException {
    await(
        count + " workers",
        () ->
            workers()
                    .valueStream()
                    .filter(one -> List.of("working", "idle").contains(text(one, "status")))
                    .count()
                == count);
  }

  /** Waits until the job is as wanted. */
  public JsonNode awaitJob(String id, String what, Predicate<JsonNode> wanted)
      throws InterruptedException {
    await(id + " is " + what, () -> wanted.test(job(id)));
    return job(id);
  }

  /** Waits until the job has ended well. */
  public JsonNode awaitDone(String id) throws InterruptedException {
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

  public static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  public static int doneTasks(JsonNode job) {
    return job.path("progress").path("doneTasks").asInt(0);
  }

  public interface Condition {
    boolean holds();
  }

  public void await(String what, Condition condition) throws InterruptedException {
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
