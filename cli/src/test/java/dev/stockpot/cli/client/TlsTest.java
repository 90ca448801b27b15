package dev.stockpot.cli.client;

import static dev.stockpot.cli.client.ScriptedCoordinator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stockpot.cli.CommandRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose certificates the client believes, and what it says of the others. */
class TlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir static Path root;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certify("here", "ip:127.0.0.1");
    certify("elsewhere", "dns:elsewhere.example");
    Files.writeString(root.resolve("token"), ScriptedCoordinator.TOKEN);
  }

  /** Makes a key store NAME.p12 and the certificate NAME.pem. */
  private static void certify(String name, String subject) throws Exception {
    Path store = root.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + subject,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(root.resolve("keytool.log"))).isZero();
    Files.writeString(
        root.resolve(name + ".pem"),
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(
                Base64.getMimeEncoder()
                    .encodeToString(load(store).getCertificate("node").getEncoded())));
  }

  private static KeyStore load(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static ScriptedCoordinator coordinator(String certificate) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(root.resolve(certificate + ".p12")), PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
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
    try (ScriptedCoordinator coordinator = coordinator("here")) {
      assertThat(list(coordinator, "--ca", root.resolve("here.pem")))
          .isEqualTo(new CommandRun(0, "", ""));
    }
  }

  @Test
  void anotherCertificateIsNotAndTheMessageSaysWhoIsTrusted() throws Exception {
    try (ScriptedCoordinator coordinator = coordinator("here")) {
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
    try (ScriptedCoordinator coordinator = coordinator("elsewhere")) {
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
    try (ScriptedCoordinator coordinator = coordinator("here")) {
      CommandRun none = list(coordinator, "--ca", root.resolve("none.pem"));
      assertThat(none.exitCode()).isEqualTo(2);
      assertThat(none.err()).contains(root.resolve("none.pem").toString());

      CommandRun text = list(coordinator, "--ca", root.resolve("token"));
      assertThat(text.exitCode()).isEqualTo(2);
      assertThat(text.err()).contains("no certificates in PEM format");
    }
  }
}
