package dev.stockpot.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS over loopback with what {@code stockpot certs} makes, as nodes and clients use it. */
class HandshakeTest {
  private static final int PATIENCE_MILLIS = 20_000;

  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init") // set before all
  private static Path here;

  @SuppressWarnings("NullAway.Init") // set before all
  private static Path elsewhere;

  @SuppressWarnings("NullAway.Init") // set before all
  private static Path stranger;

  @BeforeAll
  static void makeCertificates() {
    CertificateAuthority ca = CertificateAuthority.create(root.resolve("ca"), 1);
    here =
        ca.issue(
            "here", Stream.of("localhost", "127.0.0.1", "::1").map(SubjectName::of).toList(), 1);
    elsewhere = ca.issue("elsewhere", List.of(SubjectName.of("*.elsewhere.example")), 1);
    stranger =
        CertificateAuthority.create(root.resolve("other-ca"), 1)
            .issue("here", List.of(SubjectName.of("localhost")), 1);
  }

  private static KeyStore store(Path node, String name) throws Exception {
    return Pkcs12.read(node.resolve(name), Pkcs12.readPassword(node.resolve("password")));
  }

  private static SSLContext context(Path node) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(node, "node.p12"), Pkcs12.readPassword(node.resolve("password")).toCharArray());
    return context(keys, store(node, "trust.p12"));
  }

  /** Of a client that trusts the CA and has no certificate. */
  private static SSLContext clientContext(Path pem) throws Exception {
    KeyStore trust = Pkcs12.empty();
    try (var in = Files.newInputStream(pem)) {
      trust.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    return context(null, trust);
  }

  private static SSLContext context(@Nullable KeyManagerFactory keys, KeyStore trusted)
      throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /**
   * One byte each way.
   *
   * @return whom the server saw
   * @throws SSLException if either refused the other
   */
  private static String connect(SSLContext server, boolean mutual, SSLContext client, String host)
      throws Exception {
    try (SSLServerSocket listening =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      listening.setNeedClientAuth(mutual);
      listening.setSoTimeout(PATIENCE_MILLIS);
      CompletableFuture<String> seen = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> serve(listening, mutual, seen));
      try (SSLSocket socket =
          (SSLSocket) client.getSocketFactory().createSocket(host, listening.getLocalPort())) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(1);
        assertThat(socket.getInputStream().read()).isEqualTo(1);
      } catch (SocketException _) {
        // The server hung up, and its alert came too late to be seen: it tells below why.
      }
      return seen.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static void serve(
      SSLServerSocket listening, boolean mutual, CompletableFuture<String> seen) {
    try (SSLSocket socket = (SSLSocket) listening.accept()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(socket.getInputStream().read());
      seen.complete(mutual ? socket.getSession().getPeerPrincipal().getName() : "anybody");
    } catch (IOException e) {
      seen.completeExceptionally(e);
    }
  }

  @Test
  void nodesOfOneCaTrustEachOtherUnderEveryNameThatTheyHave() throws Exception {
    assertThat(connect(context(here), true, context(elsewhere), "localhost"))
        .isEqualTo("CN=elsewhere");
    assertThat(connect(context(here), true, context(here), "127.0.0.1")).isEqualTo("CN=here");
  }

  @Test
  void aClientNeedsOnlyTheCasCertificate() throws Exception {
    SSLContext client = clientContext(root.resolve("ca").resolve("ca.pem"));
    assertThat(connect(context(here), false, client, "localhost")).isEqualTo("anybody");
  }

  @Test
  void aNodeUnderAnotherNameThanItsCertificateHasIsRefused() {
    assertThatExceptionOfType(SSLException.class)
        .isThrownBy(() -> connect(context(elsewhere), true, context(here), "localhost"))
        .withMessageContaining("No subject alternative DNS name matching localhost");
  }

  @Test
  void aServerOfAnotherCaIsRefused() {
    assertThatExceptionOfType(SSLException.class)
        .isThrownBy(() -> connect(context(stranger), true, context(here), "localhost"))
        .withMessageContaining("PKIX path");
  }

  @Test
  void aClientOfAnotherCaIsRefusedAlthoughItTrustsTheServer() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(
        store(stranger, "node.p12"),
        Pkcs12.readPassword(stranger.resolve("password")).toCharArray());
    SSLContext intruder = context(keys, store(here, "trust.p12"));
    assertThatExceptionOfType(SSLException.class)
        .isThrownBy(() -> connect(context(here), true, intruder, "localhost"));
  }

  @Test
  void aClientWithoutACertificateIsNoNode() throws Exception {
    SSLContext client = clientContext(root.resolve("ca").resolve("ca.pem"));
    assertThatExceptionOfType(SSLException.class)
        .isThrownBy(() -> connect(context(here), true, client, "localhost"));
  }

  @Test
  void aNodeCannotSignCertificatesAndItsKeyIsElliptic() throws Exception {
    X509Certificate certificate = (X509Certificate) store(here, "node.p12").getCertificate("node");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getKeyUsage()[5]).as("may sign certificates").isFalse();
    assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
    assertThat(store(here, "trust.p12").isKeyEntry("ca")).isFalse();
    assertThat(store(here, "node.p12").size()).isEqualTo(1);
  }
}
