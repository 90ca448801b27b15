package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.system.Check.Status;
import dev.stockpot.cli.system.NodeFile.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsChecksTest {
  @TempDir static Path root;

  @SuppressWarnings("NullAway.Init") // set before all
  private static Path node;

  @SuppressWarnings("NullAway.Init") // set before all
  private static Path stranger;

  @TempDir Path scratch;

  @BeforeAll
  static void makeCertificates() {
    node = make("ca", "node.example");
    stranger = make("other-ca", "node.example");
  }

  private static Path make(String ca, String host) {
    Path directory = root.resolve(ca);
    assertThat(CommandRun.of("certs", "ca", directory).exitCode()).isZero();
    assertThat(CommandRun.of("certs", "node", directory, "node", "--host", host).exitCode())
        .isZero();
    return directory.resolve("node");
  }

  private static TlsFiles files(Path directory) {
    return new TlsFiles(
        directory.resolve("node.p12"),
        directory.resolve("trust.p12"),
        directory.resolve("password"));
  }

  /** A copy of the node's files that a test may spoil. */
  private Path copy() throws IOException {
    for (String file : List.of("node.p12", "trust.p12", "password")) {
      Files.copy(node.resolve(file), scratch.resolve(file));
    }
    return scratch;
  }

  private static KeyStore open(Path directory, String name) throws Exception {
    return KeyStore.getInstance(directory.resolve(name).toFile(), password(directory));
  }

  private static char[] password(Path directory) throws IOException {
    return Files.readString(directory.resolve("password")).strip().toCharArray();
  }

  private static void save(KeyStore store, Path directory, String name) throws Exception {
    try (var out = Files.newOutputStream(directory.resolve(name))) {
      store.store(out, password(directory));
    }
  }

  private static Check only(List<Check> checks, Status status) {
    assertThat(checks).filteredOn(check -> check.status() == status).as("%s", checks).hasSize(1);
    return checks.stream().filter(check -> check.status() == status).findFirst().orElseThrow();
  }

  @Test
  void whatCertsMakesIsFine() {
    TlsChecks tls = TlsChecks.of(files(node), "node.example");
    assertThat(tls.checks()).extracting(Check::status).containsOnly(Status.OK);
    assertThat(tls.checks())
        .contains(Check.ok("tls", "peers of the same CA will accept this node as node.example"));
    assertThat(tls.context()).isPresent();
  }

  @Test
  void aCertificateForAnotherHostFails() {
    Check check = only(TlsChecks.of(files(node), "other.example").checks(), Status.FAIL);
    assertThat(check.found())
        .startsWith("peers will refuse this node as other.example: ")
        .contains("No subject alternative DNS name matching other.example");
    assertThat(check.cure()).contains("--host other.example");
  }

  @Test
  void aTrustStoreOfAnotherCaFails() throws Exception {
    TlsFiles own = files(copy());
    KeyStore other = open(stranger, "trust.p12");
    save(other, scratch, "trust.p12");
    assertThat(only(TlsChecks.of(own, "node.example").checks(), Status.FAIL).found())
        .endsWith("unable to find valid certification path to requested target");
  }

  @Test
  void aKeyOfAnotherCertificateFails() throws Exception {
    TlsFiles own = files(copy());
    KeyStore store = open(scratch, "node.p12");
    KeyStore other = open(stranger, "node.p12");
    store.setKeyEntry(
        "node",
        other.getKey("node", password(stranger)),
        password(scratch),
        store.getCertificateChain("node"));
    save(store, scratch, "node.p12");
    assertThat(TlsChecks.of(own, "node.example").checks())
        .extracting(Check::found)
        .contains("the certificate is of another key");
  }

  @Test
  void datesAreLookedAt() throws Exception {
    X509Certificate certificate = (X509Certificate) open(node, "node.p12").getCertificate("node");
    Instant end = certificate.getNotAfter().toInstant();
    Instant start = certificate.getNotBefore().toInstant();
    assertThat(TlsChecks.dates(certificate, end.plusSeconds(1)).found())
        .startsWith("the certificate was valid until ");
    assertThat(TlsChecks.dates(certificate, start.minusSeconds(1)).cure()).contains("clock");
    assertThat(TlsChecks.dates(certificate, end.minus(Duration.ofDays(29))).status())
        .isEqualTo(Status.WARN);
    assertThat(TlsChecks.dates(certificate, start.plusSeconds(1)).status()).isEqualTo(Status.OK);
  }

  @Test
  void aPasswordThatEverybodyReadsIsRefused() throws Exception {
    TlsFiles own = files(copy());
    Files.setPosixFilePermissions(own.passwordFile(), PosixFilePermissions.fromString("rw-r--r--"));
    Check check = only(TlsChecks.of(own, "node.example").checks(), Status.FAIL);
    assertThat(check.found())
        .isEqualTo("everybody here can read '%s'".formatted(own.passwordFile()));
  }

  @Test
  void filesThatAreNotThereAndWrongPasswordsFailByName() throws Exception {
    TlsFiles own = files(copy());
    Files.writeString(own.passwordFile(), "wrong");
    assertThat(only(TlsChecks.of(own, "node.example").checks(), Status.FAIL).found())
        .contains("'%s'".formatted(own.keyStore()))
        .contains("password");
    Files.delete(own.passwordFile());
    assertThat(only(TlsChecks.of(own, "node.example").checks(), Status.FAIL).found())
        .isEqualTo("'%s' is not there".formatted(own.passwordFile()));
  }
}
