package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.HistoryFeed;
import dev.stockpot.coordinator.history.NodeRow;
import dev.stockpot.coordinator.history.Reports;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.coordinator.web.ReportPage;
import dev.stockpot.protocol.api.WorkerView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A bound server whose queue of jobs is the test. */
final class ApiSite implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final ActorTestKit kit;
  final TestProbe<JobRequest> queue;
  final JobFiles files;
  final HttpApi api;
  final HistoryFeed history = new HistoryFeed();
  final ActorRef<Historian.Command> historian;
  final String token;
  final HttpClient client;

  /** What the desk answers when it is asked for the workers. */
  volatile Supplier<CompletionStage<List<WorkerView>>> workers =
      () -> CompletableFuture.completedStage(List.of());

  /**
   * Binds a server to a free port, and makes it the active one.
   *
   * @param settings of {@code stockpot}, which replace the defaults
   */
  ApiSite(Path directory, HttpClient client, String settings) {
    Config config =
        ConfigFactory.parseString(
                """
                stockpot.coordinator.http {
                  port = 0
                  token-file = "%s"
                }
                %s
                """
                    .formatted(directory.resolve("token"), settings))
            .withFallback(ConfigFactory.load("application-test"));
    this.client = client;
    kit = ActorTestKit.create("api", config);
    queue = kit.createTestProbe(JobRequest.class);
    HttpSettings http = HttpSettings.from(config);
    api =
        HttpApi.start(kit.system(), http, Tokens.readOrMake(http.tokenFile()))
            .toCompletableFuture()
            .join();
    files =
        new JobFiles(
            List.of(api.url()), kit.system().dispatchers().lookup(HttpApi.DATA_DISPATCHER));
    historian =
        kit.spawn(
            Historian.create(
                history,
                new Historian.Sources(
                    NodeRow.of("stockpot", ""),
                    () -> workers.get(),
                    () -> Map.of("system", Map.of("deadLetters", 3)),
                    new Reports(Optional.empty(), ReportPage::of))));
    api.take(new Duty.Active(queue.ref(), () -> workers.get(), files, historian));
    try {
      token = Files.readString(http.tokenFile()).strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static ApiSite in(Path directory) {
    return in(directory, "");
  }

  static ApiSite in(Path directory, String settings) {
    return new ApiSite(directory, HttpClient.newHttpClient(), settings);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(api.url() + path)).timeout(PATIENCE);
  }

  /** With the token. */
  HttpRequest.Builder user(String path) {
    return request(path).header("Authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    return sending(request).join();
  }

  <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
    return client.sendAsync(request.build(), body).join();
  }

  CompletableFuture<HttpResponse<String>> sending(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  /** Waits for the queue to be asked, and lets the test answer. */
  <T extends JobRequest> T asked(Class<T> kind) {
    return queue.expectMessageClass(kind);
  }

  int port() {
    return URI.create(api.url()).getPort();
  }

  /** A connection of which the test writes every byte itself. */
  Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** The same over TLS, with the certificates that the client trusts. */
  Socket tlsSocket() throws IOException {
    return client.sslContext().getSocketFactory().createSocket(socket(), "localhost", port(), true);
  }

  /** What a worker sends to read the first input of a run. */
  static String download(String run, String capability) {
    return "GET /v1/data/%s/inputs/0 HTTP/1.1\r\nHost: x\r\nStockpot-Capability: %s\r\n\r\n"
        .formatted(run, capability);
  }

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** All that comes until the server closes the connection. */
  static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** An answer that promises a whole file and ends, in order, after so many of its bytes. */
  static void assertBrokenOff(byte[] answer, byte[] whole, int bytes) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    assertThat(text).startsWith("HTTP/1.1 200").contains("Content-Length: " + whole.length);
    int body = text.indexOf("\r\n\r\n") + 4;
    assertThat(Arrays.copyOfRange(answer, body, answer.length))
        .isEqualTo(Arrays.copyOf(whole, bytes));
  }

  static BodyPublisher json(Object value) {
    return BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(value));
  }

  static JsonNode parsed(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  static String error(HttpResponse<String> response) {
    return parsed(response).get("error").stringValue();
  }

  @Override
  public void close() {
    client.shutdownNow();
    api.close(Duration.ofSeconds(1)).toCompletableFuture().join();
    kit.shutdownTestKit();
  }
}
