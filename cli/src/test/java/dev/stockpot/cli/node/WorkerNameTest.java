package dev.stockpot.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // injected
final class WorkerNameTest {

  @TempDir private Path directory;

  private WorkerName take(String host, String setting) {
    Config config = ConfigFactory.parseString("stockpot.worker.name = \"%s\"".formatted(setting));
    NodeSettings node =
        new NodeSettings(
            "stockpot",
            new HostPort(host, 0),
            Optional.empty(),
            List.of(),
            Duration.ZERO,
            Optional.empty(),
            directory.resolve("tls"));
    return WorkerName.take(config, node, directory.resolve("workers"));
  }

  @Test
  void itIsTheSettingElseTheAddressElseTheMachine() throws IOException {
    assertThat(take("192.0.2.7", "left").text()).isEqualTo("left");
    assertThat(take("192.0.2.7", "").text()).isEqualTo("192.0.2.7");
    assertThat(take("2001:db8::7", "").text()).isEqualTo("2001-db8--7");
    assertThat(take("127.0.0.1", "").text()).isEqualTo(InetAddress.getLocalHost().getHostName());
  }

  @Test
  void workersOfOneHostHaveNamesThatSurviveTheirRestart() {
    WorkerName first = take("127.0.0.1", "alpha");
    WorkerName second = take("127.0.0.1", "alpha");
    WorkerName third = take("127.0.0.1", "alpha");
    assertThat(List.of(first.text(), second.text(), third.text()))
        .containsExactly("alpha", "alpha-2", "alpha-3");
    second.close();
    assertThat(take("127.0.0.1", "alpha").text()).isEqualTo("alpha-2");
    first.close();
    assertThat(take("127.0.0.1", "alpha").text()).isEqualTo("alpha");
  }

  @Test
  void whereNothingCanBeWrittenTheNameIsTakenAllTheSame() throws IOException {
    Files.writeString(directory.resolve("workers"), "a file is no directory");
    assertThat(take("127.0.0.1", "alpha").text()).isEqualTo("alpha");
  }

  @Test
  void whatIsNoNameIsRefused() {
    for (String wrong : List.of("a/b", "a b", "-a", "ä", "x".repeat(64))) {
      assertThatThrownBy(() -> take("127.0.0.1", wrong))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("stockpot.worker.name")
          .hasMessageContaining("is no name");
    }
  }
}
