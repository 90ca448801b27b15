package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a local user may try at the port of a coordinator that has no settings for TLS. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // set before all
@MostlyWaits
final class ClusterPortTest {

  /** Of a coordinator, from before an attack until it is over. */
  private static final Duration LITTLE_CPU = Duration.ofSeconds(20);

  private static final int FEW_CHARACTERS = 50_000;

  @TempDir private static Path directory;
  private static ClusterSite cluster;
  private Duration cpuBefore = Duration.ZERO;

  @BeforeAll
  static void start() throws InterruptedException {
    cluster = new ClusterSite(directory.resolve("nodes"));
    cluster.startCoordinator(directory);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void measure() {
    cpuBefore = cluster.node(ClusterSite.COORDINATOR).cpuTime();
  }

  @AfterEach
  void theCoordinatorIsUnharmed() {
    StockpotProcess coordinator = cluster.node(ClusterSite.COORDINATOR);
    assertThat(cluster.status(ClusterSite.COORDINATOR)).isEqualTo("active");
    assertThat(coordinator.cpuTime().minus(cpuBefore)).isLessThan(LITTLE_CPU);
    assertThat(coordinator.said()).hasSizeLessThan(FEW_CHARACTERS).doesNotContain("\tat ");
  }

  private static byte[] frameOf(int length) {
    return ByteBuffer.allocate(64)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("AKKA".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 2) // the stream of ordinary messages
        .putInt(length)
        .array();
  }

  private static void awaitLine(String words) throws InterruptedException {
    cluster.await(
        "the log says: " + words,
        () -> cluster.node(ClusterSite.COORDINATOR).said().contains(words));
  }

  @Test
  void whoHasNoSecretIsNotHeardAtAll() throws Exception {
    for (int length : new int[] {-5, Integer.MAX_VALUE}) {
      try (Socket socket = Peer.plain(cluster.clusterPort())) {
        Peer.send(socket, frameOf(length));
      }
    }
    awaitLine("refused a connection of 127.0.0.1: it does not speak TLS");
  }

  @Test
  void whoHasNoCertificateIsRefused() throws Exception {
    try (Socket socket = Peer.secure(trustingAnybody(), cluster.clusterPort())) {
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SSLException.class);
    }
    awaitLine("refused a connection of 127.0.0.1: it has no certificate");
  }

  @Test
  void aWorkerOfAnotherUserDoesNotGetIn() throws InterruptedException {
    // A worker of another test is known for a while after its end.
    List<String> known = addressesOfWorkers();
    cluster.startWorker(
        new Place(
            Peer.HOST,
            List.of(),
            "stockpot.tls.directory = \"%s\"".formatted(directory.resolve("other"))),
        "outsider",
        directory);
    awaitLine("refused a connection of 127.0.0.1: it does not trust the certificate of this node");
    assertThat(known).containsAll(addressesOfWorkers());
    cluster.kill("outsider");
  }

  private static List<String> addressesOfWorkers() {
    return cluster
        .workers()
        .valueStream()
        .map(worker -> ClusterSite.text(worker, "address"))
        .toList();
  }

  @Test
  void framesOfImpossibleLengthEndTheirConnectionEvenWithACertificate() throws Exception {
    SSLContext context = Peer.context(cluster.certificate());
    for (int length : new int[] {-5, Integer.MAX_VALUE}) {
      for (int i = 0; i < 10; i++) {
        try (Socket socket = Peer.secure(context, cluster.clusterPort())) {
          Peer.send(socket, frameOf(length));
        }
      }
    }
    String line = "refused a connection of 127.0.0.1 with the certificate of CN=";
    awaitLine(line);
    assertThat(cluster.node(ClusterSite.COORDINATOR).said().lines())
        .filteredOn(said -> said.contains(line))
        .as("one for the peer and minute")
        .hasSizeLessThan(3)
        .allSatisfy(said -> assertThat(said).contains("a frame of impossible length"));
  }

  /** More of them than the coordinator keeps, so that the first ones end at once. */
  @Test
  void whoSaysNothingKeepsNobodyOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      while (silent.size() < 300) {
        silent.add(Peer.plain(cluster.clusterPort()));
      }
      cluster.startWorker("worker", directory);
      cluster.awaitWorkers(1);
      for (Socket socket : silent) {
        Peer.send(socket, new byte[0]);
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    awaitLine("it did not prove in time who it is");
    cluster.kill("worker");
  }

  private static SSLContext trustingAnybody() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new TrustsAnybody()}, null);
    return context;
  }

  private static final class TrustsAnybody implements X509TrustManager {

    @Override
    public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

    @Override
    public java.security.cert.X509Certificate[] getAcceptedIssuers() {
      return new java.security.cert.X509Certificate[0];
    }
  }
}
