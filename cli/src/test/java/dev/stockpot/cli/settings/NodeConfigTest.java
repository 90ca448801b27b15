package dev.stockpot.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {

  @TempDir private Path root;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(root.resolve(name), text);
  }

  private Config load(String text) throws IOException {
    return NodeConfig.load("worker", Optional.of(file("node.conf", text)), ConfigFactory.empty());
  }

  private void refused(String text, String... words) {
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stockpot.cluster.prot = 1 | stockpot.cluster.prot | port",
        "stockpot { cluster { sedes = [] } } | stockpot.cluster.sedes | seeds",
        "stockpot.worker.thread = 1 | stockpot.worker.thread | threads",
        "worker.thread = 1 | worker | stockpot.worker",
        "stockpot.cluster.threads = 1 | stockpot.cluster.threads | stockpot.worker.threads",
        "stokpot.cluster.name = x | stokpot | stockpot",
        "pekko.cluster.roels = [] | pekko.cluster.roels | roles",
      })
  void aKeyThatNothingReadsIsAnErrorWithLineAndSuggestion(
      String setting, String key, String meant) {
    refused(
        "# settings\n" + setting + "\n",
        root.resolve("node.conf")
            + ":2: unknown setting '"
            + key
            + "'; did you mean '"
            + meant
            + "'?");
  }

  @Test
  void allOfThemAreNamedAtOnce() {
    refused("stockpot.cluster.prot = 1\nstockpot.worker.thread = 1", "conf:1: ", "conf:2: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"coordinator", "worker", "doctor"})
  void nodesAndTheDoctorRefuseThemAlike(String command) throws IOException {
    Path wrong = file("node.conf", "\n\nstockpot.cluster.prot = 1\n");
    CommandRun run = CommandRun.of(command, "--config", wrong);
    assertThat(run.exitCode())
        .isEqualTo(command.equals("doctor") ? ExitCode.FAILED : ExitCode.USAGE);
    assertThat(run.out() + run.err())
        .contains(wrong + ":3: unknown setting 'stockpot.cluster.prot'; did you mean 'port'?");
  }

  @Test
  void valuesMayHaveNamesOfTheFilesOwn() throws IOException {
    Config config =
        load("models = /models\nstockpot.worker.roots = [${models}, ${user.home}\"/x\"]\n");
    assertThat(config.getStringList("stockpot.worker.roots"))
        .containsExactly("/models", System.getProperty("user.home") + "/x");
  }

  @Test
  void aFileMayIncludeAnother() throws IOException {
    Files.createDirectory(root.resolve("common"));
    file("common/cluster.conf", "include \"name.conf\"\nstockpot.worker.threads = 3");
    file("common/name.conf", "stockpot.cluster.name = kitchen");
    Config config = load("include \"common/cluster.conf\"\nstockpot.worker.threads = 5\n");
    assertThat(config.getString("stockpot.cluster.name")).isEqualTo("kitchen");
    assertThat(config.getInt("stockpot.worker.threads")).isEqualTo(5);
  }

  @Test
  void aWrongKeyOfAnIncludedFileIsToldOfWithThatFile() throws IOException {
    file("more.conf", "\nstockpot.cluster.nam = kitchen");
    refused("include file(\"more.conf\")", root.resolve("more.conf") + ":2: ", "'name'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "include \"none.conf\" | none.conf: no such file",
        // A resource of Stockpot itself has this name.
        "include \"cluster.conf\" | cluster.conf: no such file",
        "include \"node.conf\" | node.conf: includes itself",
        "include classpath(\"worker.conf\") | only files can be included",
        "include url(\"http://127.0.0.1:1/a.conf\") | only files can be included",
      })
  void whatCannotBeIncludedIsRefused(String line, String words) {
    refused(line, words, root.resolve("node.conf").toString());
  }
}
