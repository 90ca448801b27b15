package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.coordinator.Soup;
import dev.stockpot.fixtures.SelfSignedKey;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API over TLS, with a certificate made for the test. */
@SuppressWarnings("NullAway.Init") // set before all
final class HttpsTest {

  @TempDir private static Path directory;
  private static SelfSignedKey key;

  @BeforeAll
  static void makeCertificate() throws IOException, InterruptedException {
    key = SelfSignedKey.in(directory.resolve("node.p12"), "dns:localhost,ip:127.0.0.1");
    Files.writeString(directory.resolve("password"), SelfSignedKey.PASSWORD + "\n");
    Files.writeString(directory.resolve("wrong"), "wrong\n");
    Files.writeString(directory.resolve("open"), SelfSignedKey.PASSWORD + "\n");
    for (String secret : List.of("node.p12", "password", "wrong")) {
      setMode(directory.resolve(secret), "rw-------");
    }
    setMode(directory.resolve("open"), "rw-r--r--");
  }

  private static void setMode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String tls(String passwordFile) {
    return tls(key.file(), passwordFile);
  }

  private static String tls(Path keyStore, String passwordFile) {
    return "stockpot.tls { key-store = \"%s\", password-file = \"%s\" }"
        .formatted(keyStore, directory.resolve(passwordFile));
  }

  private static HttpClient client(String protocol) throws IOException, GeneralSecurityException {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {protocol});
    return HttpClient.newBuilder().sslContext(key.client()).sslParameters(parameters).build();
  }

  @Test
  void clientsWithTheTokenAreServedOverTls(@TempDir Path files) throws Exception {
    try (ApiSite site = new ApiSite(files, client("TLSv1.3"), tls("password"))) {
      assertThat(site.api.url()).startsWith("https://");
      var answer = site.send(site.user("/v1/workers").GET());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(site.send(site.request("/v1/workers").GET()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void anOlderProtocolIsRefused(@TempDir Path files) throws Exception {
    try (ApiSite site = new ApiSite(files, client("TLSv1.2"), tls("password"))) {
      assertThatThrownBy(() -> site.send(site.request("/v1/health").GET()))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void whoSpeaksPlainHttpGetsNothing(@TempDir Path files) throws Exception {
    try (ApiSite site = new ApiSite(files, client("TLSv1.3"), tls("password"));
        Socket socket = site.socket()) {
      ApiSite.write(socket, "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(ApiSite.rest(socket)).doesNotContain("HTTP/1.1");
    }
  }

  /** What a client does that neither shakes hands nor hangs up. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoDoesNotShakeHandsIsCutOff(boolean trickles, @TempDir Path files) throws Exception {
    String soon = tls("password") + "\nstockpot.coordinator.http.head-timeout = 3s\n";
    try (ApiSite site = new ApiSite(files, client("TLSv1.3"), soon);
        Socket socket = site.socket()) {
      if (trickles) {
        // The beginning of a record of 512 bytes that does not come.
        socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
      }
      long begun = System.nanoTime();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .as("in time, and not after a while longer that is for those who were answered")
          .isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void whatWasReadComesBeforeADownloadBreaksOff(@TempDir Path files) throws Exception {
    String smallChunks = tls("password") + "\nstockpot.coordinator.http.chunk = 500B\n";
    PlannedMerge planned = Soup.in(files).planned();
    Path input = planned.inputs().getFirst().path();
    byte[] whole = Files.readAllBytes(input);
    LeaseId lease = new LeaseId("night-1-0", 1);
    try (ApiSite site = new ApiSite(files, client("TLSv1.3"), smallChunks)) {
      site.files.open(lease.run(), planned, files.resolve("shards"));
      String capability = site.files.grant(lease, planned.tasks()).orElseThrow().capability();
      Files.write(input, Arrays.copyOf(whole, 1_200));
      try (Socket socket = site.tlsSocket()) {
        ApiSite.write(socket, ApiSite.download(lease.run(), capability));
        ApiSite.assertBrokenOff(socket.getInputStream().readAllBytes(), whole, 1_000);
      }
    }
  }

  @Test
  void anAddressOfEveryInterfaceNeedsOneThatWorkersReach(@TempDir Path files) throws Exception {
    String everywhere = tls("password") + "\nstockpot.coordinator.http.host = 0.0.0.0\n";
    assertThatThrownBy(() -> ApiSite.in(files, everywhere))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("stockpot.coordinator.http.url");
    String named = everywhere + "stockpot.coordinator.http.url = \"https://soup.test:1\"";
    try (ApiSite site = new ApiSite(files, client("TLSv1.3"), named)) {
      assertThat(site.api.url()).isEqualTo("https://soup.test:1");
    }
  }

  @Test
  void whatEverybodyCanReadIsNoSecret(@TempDir Path files) throws Exception {
    assertThatThrownBy(() -> ApiSite.in(files, tls("open")))
        .isInstanceOf(MergeException.class)
        .hasMessageStartingWith(directory.resolve("open") + ": everybody on this machine can read")
        .hasMessageEndingWith("run chmod 600 on it");
    Path copy = Files.copy(key.file(), files.resolve("copy.p12"));
    setMode(copy, "rw-r--r--");
    assertThatThrownBy(() -> ApiSite.in(files, tls(copy, "password")))
        .isInstanceOf(MergeException.class)
        .hasMessageStartingWith(copy + ": everybody on this machine can read the key store");
  }

  @Test
  void aKeyStoreThatCannotBeOpenedIsNamed(@TempDir Path files) {
    assertThatThrownBy(() -> ApiSite.in(files, tls("wrong")))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining(key.file().toString())
        .hasMessageContaining(directory.resolve("wrong").toString());
  }
}
