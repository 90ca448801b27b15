package dev.stockpot.cli.client;

import static dev.stockpot.cli.client.ScriptedCoordinator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.SelfSignedKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose certificates the client believes, and what it says of the others. */
class TlsTest {

  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init") // set before all
  private static SelfSignedKey here;

  @SuppressWarnings("NullAway.Init") // set before all
  private static SelfSignedKey elsewhere;

  @BeforeAll
  static void makeCertificates() throws Exception {
    here = certified("here", "ip:127.0.0.1");
    elsewhere = certified("elsewhere", "dns:elsewhere.example");
    Files.writeString(root.resolve("token"), ScriptedCoordinator.TOKEN);
  }

  /** A key, its certificate in NAME.pem. */
  private static SelfSignedKey certified(String name, String subject) throws Exception {
    SelfSignedKey key = SelfSignedKey.in(root.resolve(name + ".p12"), subject);
    Files.writeString(root.resolve(name + ".pem"), key.pem());
    return key;
  }

  private static ScriptedCoordinator coordinator(SelfSignedKey key) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(key.server()));
    return ScriptedCoordinator.started(server).on("GET /v1/jobs", json(200, "[]"));
  }

  private static CommandRun list(ScriptedCoordinator coordinator, Object... more) {
    return list(coordinator.port(), more);
  }

  private static CommandRun list(int port, Object... more) {
    List<Object> arguments =
        List.of(
            "list",
            "-q",
            "--coordinator",
            "https://127.0.0.1:" + port,
            "--token-file",
            root.resolve("token"));
    return CommandRun.of(Stream.concat(arguments.stream(), List.of(more).stream()).toArray());
  }

  @Test
  void aCertificateOfTheNamedAuthorityIsBelieved() throws Exception {
    try (ScriptedCoordinator coordinator = coordinator(here)) {
      assertThat(list(coordinator, "--ca", root.resolve("here.pem")))
          .isEqualTo(new CommandRun(0, "", ""));
    }
  }

  @Test
  void anotherCertificateIsNotAndTheMessageSaysWhoIsTrusted() throws Exception {
    try (ScriptedCoordinator coordinator = coordinator(here)) {
      CommandRun jdk = list(coordinator);
      assertThat(jdk.exitCode()).isEqualTo(3);
      assertThat(jdk.err()).contains("those of the JDK").contains("--ca or STOCKPOT_CA");

      Path other = root.resolve("elsewhere.pem");
      CommandRun wrong = list(coordinator, "--ca", other);
      assertThat(wrong.exitCode()).isEqualTo(3);
      assertThat(wrong.err()).contains("those in " + other);
      assertThat(coordinator.requests()).isEmpty();
    }
  }

  @Test
  void aCertificateForAnotherHostIsNotBelieved() throws Exception {
    try (ScriptedCoordinator coordinator = coordinator(elsewhere)) {
      CommandRun run = list(coordinator, "--ca", root.resolve("elsewhere.pem"));
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err()).contains("its certificate is not for '127.0.0.1'");
      assertThat(coordinator.requests()).isEmpty();
    }
  }

  @Test
  void aServerWithoutTlsIsNamed() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerWithoutTls(server));
      CommandRun run = list(server.getLocalPort(), "--ca", root.resolve("here.pem"));
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err()).contains("does not speak TLS");
    }
  }

  private static void answerWithoutTls(ServerSocket server) {
    try (Socket client = server.accept()) {
      assertThat(client.getInputStream().read()).isNotNegative();
      client
          .getOutputStream()
          .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileWithoutCertificatesIsNamed() throws Exception {
    try (ScriptedCoordinator coordinator = coordinator(here)) {
      CommandRun none = list(coordinator, "--ca", root.resolve("none.pem"));
      assertThat(none.exitCode()).isEqualTo(2);
      assertThat(none.err()).contains(root.resolve("none.pem").toString());

      CommandRun text = list(coordinator, "--ca", root.resolve("token"));
      assertThat(text.exitCode()).isEqualTo(2);
      assertThat(text.err()).contains("no certificates in PEM format");
    }
  }
}
