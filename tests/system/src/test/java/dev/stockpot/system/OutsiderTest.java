package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What outsiders try on a cluster with mutual TLS; none of it keeps the cluster from its work. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // set before all
final class OutsiderTest {

  /** Lines of warning that all the attempts below may leave in a log. */
  private static final int FEW = 25;

  @TempDir private static Path directory;
  private static MergeSite site;
  private static Map<String, String> expected;
  private static Certificates certificates;
  private static Certificates foreign;
  private static ClusterSite cluster;

  @BeforeAll
  static void start() throws InterruptedException {
    site = MergeSite.small(directory);
    assertThat(site.merge().status()).isZero();
    expected = site.result();
    site.deleteOutput();
    certificates = Certificates.in(directory.resolve("certs"));
    certificates.issue("node", Peer.HOST);
    foreign = Certificates.in(directory.resolve("foreign"));
    foreign.issue("node", Peer.HOST);
    Place place = new Place(Peer.HOST, List.of(), certificates.settings("node"));
    cluster =
        new ClusterSite(
            directory.resolve("nodes"),
            place,
            Optional.of(certificates.ca()),
            "stockpot.coordinator.http.head-timeout = 2s",
            ClusterSite.COORDINATOR);
    cluster.startCoordinator(directory);
    cluster.startWorker(place, "worker", directory);
    cluster.awaitWorkers(1);
  }

  /** After all of it. */
  @AfterAll
  static void theClusterIsUnharmed() throws InterruptedException {
    try {
      assertThat(cluster.client("submit", site.plan().toString()).status()).isZero();
      site.assertServed(expected);
      String said = cluster.node(ClusterSite.COORDINATOR).said();
      assertThat(said).doesNotContain("\tat ");
      assertThat(said.lines().filter(line -> line.contains("WARN") || line.contains("ERROR")))
          .hasSizeLessThan(FEW);
    } finally {
      cluster.close();
    }
  }

  @Test
  void aNodeWithACertificateOfAnotherAuthorityDoesNotGetIn() throws InterruptedException {
    cluster.startWorker(
        new Place(Peer.HOST, List.of(), foreign.settings("node")), "outsider", directory);
    StockpotProcess outsider = cluster.node("outsider");
    cluster.await(
        "the outsider is refused", () -> outsider.said().contains("lets no node of a cluster"));
    assertThat(cluster.workers()).hasSize(1);
    cluster.kill("outsider");
  }

  @Test
  void nothingIsToldWithoutTheToken() throws IOException {
    HttpRequest.Builder jobs = HttpRequest.newBuilder(cluster.url().resolve("/v1/jobs"));
    assertThat(cluster.api().send(jobs.build()).statusCode()).isEqualTo(401);
    jobs.header("Authorization", "Bearer " + "0".repeat(64));
    assertThat(cluster.api().send(jobs.build()).statusCode()).isEqualTo(401);
  }

  @Test
  void theTokenOfAUserWritesNoTensor() throws IOException {
    HttpRequest put =
        cluster
            .api()
            .request(cluster.url().resolve("/v1/data/run/tasks/0"))
            .header("Stockpot-Capability", Files.readString(cluster.token()).strip())
            .PUT(BodyPublishers.ofString("bytes"))
            .build();
    assertThat(cluster.api().send(put).statusCode()).isEqualTo(403);
  }

  @Test
  void aPlanThatReadsOrWritesOutsideOfTheRootsIsRefused() throws IOException {
    String plan = Files.readString(site.plan());
    assertThat(submit(plan.replace("served/soup", "../stolen"))).isEqualTo(403);
    assertThat(submit(plan.replace("model: a", "model: /etc"))).isEqualTo(403);
  }

  private static int submit(String plan) throws IOException {
    String body =
        JsonMapper.shared()
            .writeValueAsString(Map.of("plan", plan, "directory", directory.toString()));
    HttpRequest post =
        cluster
            .api()
            .request(cluster.url().resolve("/v1/jobs"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return cluster.api().send(post).statusCode();
  }

  @Test
  void aBodyOfTenGigabytesIsRefusedUnread() throws Exception {
    try (Socket socket = https()) {
      write(
          socket,
          "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 10000000000\r\n\r\n"
              .formatted(Files.readString(cluster.token()).strip()));
      assertThat(rest(socket)).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void clientsThatAreSlowOnPurposeAreCutOffWhileOthersAreServed() throws Exception {
    try (Socket silent = Peer.plain(cluster.url().getPort());
        Socket slow = https()) {
      write(slow, "GET /v1/health HTTP/1.1\r\nX: ");
      assertThat(cluster.status(ClusterSite.COORDINATOR)).isEqualTo("active");
      assertThat(rest(slow)).doesNotContain(" 200 ");
      assertThat(rest(silent)).isEmpty();
    }
  }

  @Test
  void garbageOnTheClusterPortIsDropped() throws IOException {
    byte[] garbage = new byte[1 << 16];
    for (int seed = 0; seed < 20; seed++) {
      new Random(seed).nextBytes(garbage);
      try (Socket socket = Peer.plain(cluster.clusterPort())) {
        Peer.send(socket, garbage);
      }
    }
  }

  /** A connection to the API of which the test writes every byte itself. */
  private static Socket https() throws IOException {
    return Peer.secure(Peer.context(certificates.of("node")), cluster.url().getPort());
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String rest(Socket socket) {
    StringBuilder text = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        text.append((char) next);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException _) {
      // Reset, for what had not been read when the server closed.
    }
    return text.toString();
  }
}
