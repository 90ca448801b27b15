package dev.stockpot.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.checkpoint.file.FileTrees;
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
 * Goes once through what commands do. The JVM's ahead-of-time cache, for which the launcher has
 * this recorded, then halves what each of them takes to start. The client's have a cache of their
 * own, because they start a sixth slower from one that also holds what merges need.
 */
final class Rehearsal {

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

  private Rehearsal() {}

  /**
   * Runs the commands: the client's if no demo is given, else a merge and an evaluation of its
   * checkpoints.
   *
   * @param demo directory of the demo's checkpoints
   * @param command runs a command line, and returns its exit status
   * @return the first status that is not {@link ExitCode#DONE}, or that
   */
  static int run(Optional<Path> demo, ToIntFunction<String[]> command) throws IOException {
    Path scratch = Files.createTempDirectory("stockpot-rehearsal");
    try {
      if (demo.isPresent()) {
        return run(merges(demo.get(), scratch), command);
      }
      HttpServer server = coordinator();
      try {
        return run(client(server, scratch), command);
      } finally {
        server.stop(0);
      }
    } finally {
      FileTrees.delete(scratch);
    }
  }

  private static int run(Stream<String[]> lines, ToIntFunction<String[]> command) {
    return lines
        .mapToInt(command)
        .filter(status -> status != ExitCode.DONE)
        .findFirst()
        .orElse(ExitCode.DONE);
  }

  private static Stream<String[]> client(HttpServer server, Path scratch) throws IOException {
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    Path token = Files.writeString(scratch.resolve("token"), "a-token-that-only-a-rehearsal-knows");
    String plan = Files.writeString(scratch.resolve("plan.yaml"), "a plan").toString();
    String[] options = {"--coordinator", address, "--token-file", token.toString()};
    return Stream.of(
        with("--help"), with("list", options), with("submit", options, plan, "--id", JOB.id()));
  }

  private static Stream<String[]> merges(Path demo, Path scratch) throws IOException {
    Path plan =
        Files.writeString(
            scratch.resolve("plan.yaml"),
            """
            version: 1
            method: linear
            normalize: true
            models:
              - {model: "%1$s/add", weight: 2}
              - {model: "%1$s/rev", weight: 1}
            output: {path: out}
            """
                .formatted(demo));
    List<String> few = Files.readAllLines(demo.resolve("select.jsonl")).subList(0, 3);
    Path cases = Files.write(scratch.resolve("cases.jsonl"), few);
    return Stream.of(
        with("merge", plan.toString()),
        with("merge", plan.toString(), "--force", "--dashboard"),
        with(
            "demo",
            "evaluate",
            demo.resolve("base").toString(),
            scratch.toString(),
            cases.toString()));
  }

  private static String[] with(String command, String... more) {
    return with(command, more, new String[0]);
  }

  private static String[] with(String command, String[] options, String... more) {
    return Stream.of(Stream.of(command), Stream.of(options), Stream.of(more))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  /** Answers that one job is there, and is done. */
  private static HttpServer coordinator() throws IOException {
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
    server.start();
    return server;
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
