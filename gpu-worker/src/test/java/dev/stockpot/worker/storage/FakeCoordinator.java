package dev.stockpot.worker.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.execution.RawMerge;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The data plane of a coordinator with one merge, which does to each request what a script says.
 */
public final class FakeCoordinator implements AutoCloseable {

  public static final String CAPABILITY = "the-capability";

  private static final Pattern INPUT = Pattern.compile("/v1/data/job/inputs/(\\d+)");
  private static final Pattern TASK = Pattern.compile("/v1/data/job/tasks/(\\d+)");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  /** What becomes of a request. */
  public sealed interface Fate {
    /** It is answered as it should be. */
    record Served() implements Fate {}

    /** It is answered with this status. */
    record Refused(int status) implements Fate {}

    /** The connection ends in the middle of the answer. */
    record Cut() implements Fate {}

    /** Half of the answer comes, and the rest never. */
    record Stalled() implements Fate {}
  }

  public static final Fate SERVED = new Fate.Served();
  public static final Fate CUT = new Fate.Cut();
  public static final Fate STALLED = new Fate.Stalled();

  public final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final List<byte[]> inputs;
  private final List<TensorTask> tasks;
  private final List<byte[]> shards;
  private final Function<String, Fate> script;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Listens at once.
   *
   * @param script says what becomes of a request, such as {@code PUT /v1/data/job/tasks/3}
   * @param tls with the server's key; null for plain HTTP
   */
  public FakeCoordinator(
      RawMerge merge,
      List<TensorTask> tasks,
      Function<String, Fate> script,
      @Nullable SSLContext tls)
      throws IOException {
    this.inputs = IntStream.range(0, merge.sources().size()).mapToObj(merge::inputBytes).toList();
    this.tasks = tasks;
    this.shards = merge.soups().stream().map(_ -> merge.emptyShard()).toList();
    this.script = script;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (tls == null) {
      server = HttpServer.create(address, 0);
    } else {
      HttpsServer secure = HttpsServer.create(address, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = secure;
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public FakeCoordinator(RawMerge merge, List<TensorTask> tasks, Function<String, Fate> script)
      throws IOException {
    this(merge, tasks, script, null);
  }

  public String url() {
    return "%s://localhost:%d"
        .formatted(server instanceof HttpsServer ? "https" : "http", server.getAddress().getPort());
  }

  public RemoteAccess access() {
    return new RemoteAccess(List.of(url()), CAPABILITY);
  }

  /** The shard as far as it was sent here. */
  public byte[] shard() {
    return shard(0);
  }

  /** A soup's. */
  public synchronized byte[] shard(int soup) {
    return shards.get(soup).clone();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(request);
      if (!CAPABILITY.equals(exchange.getRequestHeaders().getFirst("Stockpot-Capability"))) {
        refuse(exchange, 403);
        return;
      }
      switch (script.apply(request)) {
        case Fate.Served _ -> serve(exchange, 1, false);
        case Fate.Refused(int status) -> refuse(exchange, status);
        case Fate.Cut _ -> serve(exchange, 2, false);
        case Fate.Stalled _ -> serve(exchange, 2, true);
      }
    }
  }

  private static void refuse(HttpExchange exchange, int status) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] text = "{\"error\":\"as the script says\"}".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
  }

  /** The first 1/part of what should be done. */
  private void serve(HttpExchange exchange, int part, boolean wait) throws IOException {
    Matcher input = INPUT.matcher(exchange.getRequestURI().getPath());
    Matcher task = TASK.matcher(exchange.getRequestURI().getPath());
    if (input.matches()) {
      byte[] bytes = inputs.get(Integer.parseInt(input.group(1)));
      Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
      if (!range.matches()) {
        throw new IOException("no range");
      }
      int from = Integer.parseInt(range.group(1));
      int length = Integer.parseInt(range.group(2)) + 1 - from;
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %s-%s/%d".formatted(range.group(1), range.group(2), bytes.length));
      exchange.sendResponseHeaders(206, length);
      OutputStream body = exchange.getResponseBody();
      body.write(bytes, from, length / part);
      body.flush();
    } else if (task.matches()) {
      receive(exchange, tasks.get(Integer.parseInt(task.group(1))), part);
    }
    if (wait) {
      await();
    }
  }

  private void receive(HttpExchange exchange, TensorTask task, int part) throws IOException {
    int length = (int) task.length();
    byte[] body = exchange.getRequestBody().readNBytes(shards.size() * length / part);
    if (part > 1) {
      return;
    }
    CRC32C crc = new CRC32C();
    crc.update(body);
    String sum = exchange.getRequestHeaders().getFirst("Stockpot-Crc32c");
    boolean right =
        exchange.getRequestBody().read() < 0
            && body.length == shards.size() * length
            && HexFormat.fromHexDigits(sum) == (int) crc.getValue();
    if (!right) {
      exchange.sendResponseHeaders(400, -1);
      return;
    }
    synchronized (this) {
      for (int soup = 0; soup < shards.size(); soup++) {
        System.arraycopy(body, soup * length, shards.get(soup), (int) task.offset(), length);
      }
    }
    exchange.sendResponseHeaders(204, -1);
  }

  private void await() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdown();
  }
}
