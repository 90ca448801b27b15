package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.system.Check.Status;
import dev.stockpot.cli.system.NodeFile.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeChecksTest {
  /** Such names never exist (RFC 6761). */
  private static final String NOWHERE = "nowhere.invalid";

  @TempDir Path root;

  private List<Check> checks(String config) throws IOException {
    return NodeChecks.of(Files.writeString(root.resolve("node.conf"), config));
  }

  private static Check about(List<Check> checks, String subject) {
    return checks.stream()
        .filter(check -> check.subject().equals(subject))
        .findFirst()
        .orElseThrow(() -> new AssertionError(subject + " is not in " + checks));
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = listening()) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aWorkerOnLoopbackWhoseCoordinatorRunsHasNothingThatFails() throws Exception {
    try (ServerSocket coordinator = listening()) {
      List<Check> checks =
          checks(
              """
              stockpot.cluster.seeds = ["127.0.0.1:%d"]
              stockpot.worker.roots = ["%s"]
              """
                  .formatted(coordinator.getLocalPort(), root));
      assertThat(checks).extracting(Check::status).doesNotContain(Status.FAIL);
      assertThat(about(checks, "seed 127.0.0.1:" + coordinator.getLocalPort()).found())
          .isEqualTo("reached");
      assertThat(about(checks, "port 127.0.0.1:0").found()).isEqualTo("any free one");
      assertThat(about(checks, "root " + root).found()).isEqualTo("readable and writable");
      assertThat(about(checks, "tls").status()).isEqualTo(Status.OK);
    }
  }

  @Test
  void aPortThatIsTakenIsToldOfWithItsKey() throws Exception {
    try (ServerSocket taken = listening()) {
      List<Check> checks =
          checks(
              """
              stockpot.cluster.port = 0
              stockpot.coordinator.http.port = %d
              """
                  .formatted(taken.getLocalPort()));
      Check port = about(checks, "port 127.0.0.1:" + taken.getLocalPort());
      assertThat(port.status()).isEqualTo(Status.FAIL);
      assertThat(port.found()).startsWith("cannot be listened at: ");
      assertThat(port.cure()).contains("stockpot.coordinator.http.port");
    }
  }

  @Test
  void aPortThatIsFreeIsFine() throws Exception {
    int free = unusedPort();
    List<Check> checks =
        checks("stockpot { cluster.port = 0, coordinator.http.port = %d }".formatted(free));
    assertThat(about(checks, "port 127.0.0.1:" + free))
        .isEqualTo(Check.ok("port 127.0.0.1:" + free, "free"));
  }

  @Test
  void namesThatNobodyKnowsFail() throws Exception {
    List<Check> checks =
        checks(
            """
            stockpot.cluster.host = %1$s
            stockpot.cluster.seeds = ["%1$s:7624"]
            """
                .formatted(NOWHERE));
    assertThat(about(checks, "host " + NOWHERE).status()).isEqualTo(Status.FAIL);
    assertThat(about(checks, "host " + NOWHERE).cure()).contains("stockpot.cluster.host");
    assertThat(about(checks, "seed " + NOWHERE + ":7624").found())
        .isEqualTo("no resolver knows its name");
  }

  @Test
  void anAddressOfAnotherMachineIsNoHostOfThisOneUnlessItListensElsewhere() {
    assertThat(NodeChecks.host("192.0.2.1", "192.0.2.1").found())
        .isEqualTo("is 192.0.2.1, which no interface of this machine has");
    assertThat(NodeChecks.host("192.0.2.1", "0.0.0.0"))
        .isEqualTo(Check.ok("host 192.0.2.1", "is 192.0.2.1"));
    assertThat(NodeChecks.host("127.0.0.1", "127.0.0.1").status()).isEqualTo(Status.WARN);
  }

  @Test
  void oneSeedThatIsReachedIsEnough() throws Exception {
    int unused = unusedPort();
    try (ServerSocket coordinator = listening()) {
      List<Check> checks =
          checks(
              "stockpot.cluster.seeds = [\"127.0.0.1:%d\", \"127.0.0.1:%d\", nonsense]"
                  .formatted(coordinator.getLocalPort(), unused));
      assertThat(checks).extracting(Check::status).doesNotContain(Status.FAIL);
      Check gone = about(checks, "seed 127.0.0.1:" + unused);
      assertThat(gone.status()).isEqualTo(Status.WARN);
      assertThat(gone.found()).startsWith("cannot be reached: ");
      assertThat(about(checks, "seed nonsense").found()).isEqualTo("is no host:port");
    }
  }

  @Test
  void aNodeThatOthersReachNeedsCertificates() throws Exception {
    Check tls = about(checks("stockpot.cluster.bind-host = \"0.0.0.0\""), "tls");
    assertThat(tls.status()).isEqualTo(Status.FAIL);
    assertThat(tls.cure()).contains("stockpot certs");
  }

  @Test
  void aSeedMustProveWhoItIsWhereThereAreCertificates() throws Exception {
    Path ca = root.resolve("ca");
    assertThat(CommandRun.of("certs", "ca", ca).exitCode()).isZero();
    CommandRun made = CommandRun.of("certs", "node", ca, "node", "--host", "127.0.0.1");
    String tls = made.out().substring(made.out().indexOf("stockpot.tls"));
    SSLContext context =
        TlsChecks.of(
                new TlsFiles(
                    ca.resolve("node/node.p12"),
                    ca.resolve("node/trust.p12"),
                    ca.resolve("node/password")),
                "127.0.0.1")
            .context()
            .orElseThrow();
    try (SSLServerSocket peer =
            (SSLServerSocket)
                context
                    .getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        ServerSocket stranger = listening()) {
      peer.setNeedClientAuth(true);
      Thread.ofVirtual().start(() -> acceptOnce(peer));
      Thread.ofVirtual().start(() -> acceptOnce(stranger));
      List<Check> checks =
          checks(
              tls
                  + "stockpot.cluster.seeds = [\"127.0.0.1:%d\", \"127.0.0.1:%d\"]"
                      .formatted(peer.getLocalPort(), stranger.getLocalPort()));
      assertThat(about(checks, "seed 127.0.0.1:" + peer.getLocalPort()).found())
          .isEqualTo("reached, and each trusts the other");
      Check refused = about(checks, "seed 127.0.0.1:" + stranger.getLocalPort());
      assertThat(refused.status()).isEqualTo(Status.WARN);
      assertThat(refused.found()).startsWith("no TLS with it: ");
    }
  }

  /** Says something and hangs up, as no node does. */
  private static void acceptOnce(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().read();
    } catch (IOException _) {
      // The test has ended.
    }
  }

  @Test
  void aRootThatIsNotMountedIsAWarning() throws Exception {
    Path root = this.root.resolve("none");
    assertThat(
            about(checks("stockpot.worker.roots = [\"%s\"]".formatted(root)), "root " + root)
                .status())
        .isEqualTo(Status.WARN);
  }

  @Test
  void aDataDirectoryIsTriedLikeAnOutputDirectory() throws Exception {
    assertThat(
            checks(
                "stockpot { cluster.port = 0, coordinator { http.port = 0, data-dir = \"%s\" } }"
                    .formatted(root)))
        .contains(Check.ok(root.toString(), "directories are renamed in one step"));
  }

  private static HttpServer coordinator() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    byte[] health =
        "{\"status\":\"active\",\"cluster\":\"stockpot\",\"version\":\"1\"}"
            .getBytes(StandardCharsets.US_ASCII);
    server.createContext(
        "/v1/health",
        exchange -> {
          exchange.sendResponseHeaders(200, health.length);
          exchange.getResponseBody().write(health);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void aSeedThatIsTheHttpPortIsToldOf() throws Exception {
    HttpServer coordinator = coordinator();
    try {
      String seed = "127.0.0.1:" + coordinator.getAddress().getPort();
      Check check =
          about(checks("stockpot.cluster.seeds = [\"%s\"]".formatted(seed)), "seed " + seed);
      assertThat(check.status()).isEqualTo(Status.FAIL);
      assertThat(check.found()).isEqualTo("is the HTTP port of a coordinator");
    } finally {
      coordinator.stop(0);
    }
  }

  @Test
  void aPortThatIsTakenByACoordinatorMayBeThisNodes() throws Exception {
    HttpServer coordinator = coordinator();
    try {
      int port = coordinator.getAddress().getPort();
      List<Check> checks =
          checks("stockpot { cluster.port = 0, coordinator.http.port = %d }".formatted(port));
      assertThat(about(checks, "port 127.0.0.1:" + port).status()).isEqualTo(Status.WARN);
    } finally {
      coordinator.stop(0);
    }
  }

  @Test
  void whatACoordinatorCannotMakeOrOpenFails() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    List<Check> checks =
        checks(
            """
            stockpot { cluster.port = 0, coordinator {
              http { port = 0, token-file = "%1$s/token" }, data-dir = "%1$s/data", roots = ["%1$s"]
            } }
            """
                .formatted(file));
    assertThat(about(checks, "data-dir " + file + "/data").found()).startsWith("cannot be made");
    assertThat(about(checks, "token " + file + "/token").found()).startsWith("cannot be made");
    assertThat(about(checks, "root " + file).status()).isEqualTo(Status.FAIL);
  }

  @Test
  void aTokenThatEverybodyCanReadFails() throws Exception {
    Path token = Files.writeString(root.resolve("token"), "0".repeat(64));
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    List<Check> checks =
        checks(
            "stockpot { cluster.port = 0, coordinator.http { port = 0, token-file = \"%s\" } }"
                .formatted(token));
    assertThat(about(checks, "token " + token).cure()).isEqualTo("chmod 600 it");
  }

  @Test
  void aConfigurationThatCannotBeReadIsToldOfWithItsPlace() throws Exception {
    Path file = Files.writeString(root.resolve("broken.conf"), "stockpot {\n  cluster = {");
    CommandRun run = CommandRun.of("doctor", "--config", file, root);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("FAIL  " + file + ": ").contains("broken.conf:2:");
    assertThat(CommandRun.of("doctor", "--config", root.resolve("none"), root).out())
        .contains("FAIL  " + root.resolve("none"));
  }
}
