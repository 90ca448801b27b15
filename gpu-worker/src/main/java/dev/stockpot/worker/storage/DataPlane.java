package dev.stockpot.worker.storage;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.protocol.RemoteAccess;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BooleanSupplier;

/**
 * Reads ranges of inputs from the coordinator, and sends it the bytes of tasks, over HTTP/1.1 with
 * connections that are kept. One for a process; all threads may use it.
 */
final class DataPlane implements AutoCloseable {

  private static final String CAPABILITY = "Stockpot-Capability";
  private static final String CRC32C = "Stockpot-Crc32c";
  private static final long MOST_READ_AHEAD = 4L << 20;
  private static final long LEAST_READ_AHEAD = 64L << 10;

  private final DataPlaneSettings settings;
  private final ExecutorService threads;
  private final ScheduledThreadPoolExecutor clock;
  private final HttpClient client;
  private final Exchange exchange;
  private final UploadBuffers buffers;

  /**
   * What a transfer is done for.
   *
   * @param abandoned asked while a thread waits
   */
  record Lease(RemoteAccess access, String run, BooleanSupplier abandoned) {}

  DataPlane(DataPlaneSettings settings) {
    this.settings = settings;
    this.threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("transfer-", 0).factory());
    this.clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("transfer-clock").factory());
    // What watches a transfer holds its bytes.
    clock.setRemoveOnCancelPolicy(true);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            // A proxy would be shown the capability.
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(settings.connectTimeout())
            .executor(threads);
    settings.tls().ifPresent(builder::sslContext);
    this.client = builder.build();
    this.exchange = new Exchange(client);
    this.buffers = new UploadBuffers(settings.bufferBytes() / 2);
  }

  /**
   * Begins to read a range; its bytes come from now on.
   *
   * @param shown the input, for messages
   */
  RangeReader read(Lease lease, String shown, TensorTask task, SourceRange range) {
    long share =
        settings.bufferBytes() / 2 / settings.threads() / Math.max(1, task.sources().size());
    String what = "%s: %s".formatted(task.tensor(), shown);
    RangeStream stream =
        new RangeStream(
            what,
            range.offset(),
            range.length(),
            new ReadAhead(
                what,
                range.length(),
                Math.clamp(share, LEAST_READ_AHEAD, MOST_READ_AHEAD),
                settings.stallTimeout(),
                lease.abandoned()));
    String path = "/v1/data/%s/inputs/%d".formatted(segment(lease.run()), range.input());
    stream.begin(
        exchange.send(
            lease.access().urls(),
            base ->
                request(base, path, lease)
                    .header("Range", stream.rangeHeader())
                    .timeout(settings.stallTimeout())
                    .GET()
                    .build(),
            stream::answer));
    return stream;
  }

  /** Takes the bytes of a task's output, to be sent when they are complete. */
  Upload upload(Lease lease, MergeSpec spec, TensorTask task) {
    List<byte[]> blocks = buffers.reserve(task.tensor(), spec.outputBytes(task), lease.abandoned());
    return new Upload(this, lease, task, buffers, blocks);
  }

  /** Sends a task's output; ends when the coordinator has it on storage. */
  Transfer put(Lease lease, TensorTask task, BodyPublisher body, int crc) {
    String path = "/v1/data/%s/tasks/%d".formatted(segment(lease.run()), task.id());
    return exchange.send(
        lease.access().urls(),
        base ->
            request(base, path, lease)
                .header(CRC32C, HexFormat.of().toHexDigits(crc))
                .PUT(body)
                .build(),
        _ -> new ErrorText());
  }

  private static HttpRequest.Builder request(String base, String path, Lease lease) {
    String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return HttpRequest.newBuilder(URI.create(root + path))
        .header(CAPABILITY, lease.access().capability());
  }

  private static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Where what follows an answer is done. */
  Executor threads() {
    return threads;
  }

  /** For what is to be done later, shortly. */
  ScheduledExecutorService clock() {
    return clock;
  }

  DataPlaneSettings settings() {
    return settings;
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
    clock.shutdownNow();
    threads.shutdown();
  }
}
