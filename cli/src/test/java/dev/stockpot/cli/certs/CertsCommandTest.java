package dev.stockpot.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertsCommandTest {
  @TempDir Path root;

  private Path ca;

  @BeforeEach
  void nameTheDirectory() {
    ca = root.resolve("certs");
  }

  private CommandRun makeCa() {
    return CommandRun.of("certs", "ca", ca);
  }

  /** What is refused before the CA's key is needed needs none. */
  private Path directoryWithAnyKey() throws IOException {
    Files.createDirectory(ca);
    return Files.writeString(ca.resolve("ca.p12"), "any");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aCaIsMadeThatOnlyItsOwnerReads() throws Exception {
    CommandRun run = makeCa();
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("made a CA in '%s':\n".formatted(ca)).contains("ca.pem");
    assertThat(ca).isDirectoryContaining("glob:**/ca.{p12,pem}");
    assertThat(mode(ca)).isEqualTo("rwx------");
    assertThat(mode(ca.resolve("ca.p12"))).isEqualTo("rw-------");
    assertThat(mode(ca.resolve("password"))).isEqualTo("rw-------");
    assertThat(run.out()).doesNotContain(Files.readString(ca.resolve("password")).strip());
  }

  @Test
  void aNodeGetsADirectoryAndTheLinesForItsConfiguration() throws Exception {
    makeCa();
    CommandRun run = CommandRun.of("certs", "node", ca, "node-1", "--host", "a.example");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    Path node = ca.resolve("node-1");
    Config lines =
        ConfigFactory.parseString(run.out().substring(run.out().indexOf("stockpot.tls")));
    assertThat(lines.getString("stockpot.tls.key-store")).isEqualTo(node + "/node.p12");
    assertThat(lines.getString("stockpot.tls.trust-store")).isEqualTo(node + "/trust.p12");
    assertThat(lines.getString("stockpot.tls.password-file")).isEqualTo(node + "/password");
    assertThat(mode(node)).isEqualTo("rwx------");
    for (String secret : new String[] {"node.p12", "trust.p12", "password"}) {
      assertThat(mode(node.resolve(secret))).isEqualTo("rw-------");
    }
    assertThat(node.resolve("ca.pem")).hasSameTextualContentAs(ca.resolve("ca.pem"));
    assertThat(Files.readString(node.resolve("password")))
        .isNotEqualTo(Files.readString(ca.resolve("password")));
    try (Stream<Path> left = Files.list(ca)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder("ca.p12", "ca.pem", "password", "node-1");
    }
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    Path key = directoryWithAnyKey();
    CommandRun again = makeCa();
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err())
        .isEqualTo("'%s' is there already: name a new or an empty directory\n".formatted(ca));
    assertThat(key).hasContent("any");

    Files.createDirectory(ca.resolve("node-1"));
    CommandRun node = CommandRun.of("certs", "node", ca, "node-1", "--host", "a");
    assertThat(node.exitCode()).isEqualTo(2);
    assertThat(node.err())
        .isEqualTo(
            "'%s' is there already: choose another name, or delete it first\n"
                .formatted(ca.resolve("node-1")));
    assertThat(ca.resolve("node-1")).isEmptyDirectory();
  }

  @Test
  void aNodeNeedsACa() {
    CommandRun run = CommandRun.of("certs", "node", ca, "node-1", "--host", "a");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "there is no CA in '%s': make one first, with: stockpot certs ca '%s'\n"
                .formatted(ca, ca));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a,ip:10.0.0.1", "a:7624", "http://a", "-a", "a b", "", "300.1.1.1", "a..b"})
  void whatIsNoHostIsRefusedBeforeAnythingIsMade(String host) {
    CommandRun run = CommandRun.of("certs", "node", ca, "node-1", "--host", host);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("stockpot: --host " + host + ": ");
    assertThat(ca).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../node", "a/b", ".", "", "a,OU=b"})
  void namesThatAreNoDirectoriesAreRefused(String name) throws Exception {
    directoryWithAnyKey();
    CommandRun run = CommandRun.of("certs", "node", ca, name, "--host", "a");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("'%s' names no node: ".formatted(name));
  }

  @Test
  void theDaysMustMakeSense() {
    CommandRun run = CommandRun.of("certs", "ca", ca, "--days", "0");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("stockpot: --days 0: give 1 to 36500");
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsToldOf() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    CommandRun run = CommandRun.of("certs", "ca", file.resolve("certs"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("'%s".formatted(file)).contains("cannot be written");
  }
}
