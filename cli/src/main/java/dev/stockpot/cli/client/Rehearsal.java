package dev.stockpot.cli.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Goes once through what the client's commands do, with a stand-in for a coordinator in this
 * process: the JVM's ahead-of-time cache, for which the launcher records this, then halves what
 * each of them takes.
 */
public final class Rehearsal {

  private static final JobView JOB =
      new JobView(
          "rehearsal",
          JobStatus.DONE,
          0,
          "-",
          List.of("/out"),
          0,
          1,
          Instant.EPOCH,
          Optional.of(Instant.EPOCH),
          Optional.of(Instant.EPOCH),
          JobProgress.NONE,
          Optional.empty());

  private static final String TOKEN_AND_PLAN = "a-token-and-a-plan-of-a-rehearsal";

  private Rehearsal() {}

  /**
   * Runs the commands.
   *
   * @param command runs a command line, and returns its exit status
   * @return the first status that is not {@link ExitCode#DONE}, or that
   */
  public static int run(ToIntFunction<String[]> command) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String job = ApiJson.text(JOB);
    String event = "event: job\ndata: " + job + "\n\n";
    server.createContext("/v1/jobs/", exchange -> send(exchange, "text/event-stream", event));
    server.createContext(
        "/v1/jobs",
        exchange ->
            send(
                exchange,
                "application/json",
                exchange.getRequestMethod().equals("GET") ? "[" + job + "]" : job));
    Path file = Files.writeString(Files.createTempFile("rehearsal", ".yaml"), TOKEN_AND_PLAN);
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      return List.of(
              new String[] {"--help"},
              of("list", address, file),
              of("submit", address, file, file.toString(), "--id", JOB.id()))
          .stream()
          .mapToInt(command)
          .filter(status -> status != ExitCode.DONE)
          .findFirst()
          .orElse(ExitCode.DONE);
    } finally {
      server.stop(0);
      Files.delete(file);
    }
  }

  /** A command line that takes nothing of the user's settings. */
  private static String[] of(String command, String address, Path token, String... more) {
    return Stream.concat(
            Stream.of(command, "--coordinator", address, "--token-file", token.toString()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static void send(HttpExchange exchange, String type, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
