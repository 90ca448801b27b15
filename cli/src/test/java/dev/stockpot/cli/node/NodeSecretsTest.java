package dev.stockpot.cli.node;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node does with secrets that are none; the files need no more than their modes. */
class NodeSecretsTest {

  @TempDir private Path directory;
  private NodeSettings.Tls tls = new NodeSettings.Tls(Path.of(""), Path.of(""), Path.of(""));

  @BeforeEach
  void writeFiles() throws IOException {
    tls = new NodeSettings.Tls(file("node.p12"), file("trust.p12"), file("password"));
  }

  private Path file(String name) throws IOException {
    Path file = Files.writeString(directory.resolve(name), "x");
    setMode(file, "rw-------");
    return file;
  }

  private static void setMode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private void startCluster() throws IOException {
    NodeSettings settings =
        new NodeSettings(
            "soup",
            new HostPort("127.0.0.1", 0),
            Optional.empty(),
            List.of(),
            Duration.ofSeconds(1),
            Optional.of(tls),
            directory.resolve("tls"));
    ClusterConfig.of(ConfigFactory.empty(), settings, "worker");
  }

  @Test
  void aNodeDoesNotStartWithAPasswordOrAKeyThatEverybodyCanRead() throws IOException {
    startCluster();
    for (Path secret : List.of(tls.keyStore(), tls.passwordFile())) {
      setMode(secret, "rw-r--r--");
      assertThatThrownBy(this::startCluster)
          .isInstanceOf(MergeException.class)
          .hasMessageStartingWith(secret + ": everybody on this machine can read")
          .hasMessageEndingWith("run chmod 600 on it");
      setMode(secret, "rw-r-----");
    }
    startCluster();
  }

  @Test
  void neitherDoesItCallACoordinatorWithOne() throws IOException {
    setMode(tls.passwordFile(), "rw-r--r--");
    assertThatThrownBy(tls::clientContext)
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("everybody on this machine can read");
  }
}
