package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.deployment.CommentedDefaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code stockpot.conf} does to options. */
final class SettingDefaultsTest {

  private static final String HOME = "user.home";

  private final String before = System.getProperty(HOME);

  @TempDir private Path home;

  @BeforeEach
  void aUserOfItsOwn() {
    assumeTrue(System.getenv("XDG_CONFIG_HOME") == null, "XDG_CONFIG_HOME says where settings are");
    setHome(home.toString());
  }

  @AfterEach
  void theUserThatRunsTheTests() {
    setHome(before);
  }

  private static void setHome(String path) {
    System.setProperty(HOME, path);
    ConfigFactory.invalidateCaches();
  }

  private void settings(String text) throws IOException {
    Files.writeString(
        Files.createDirectories(home.resolve(".config/stockpot")).resolve("stockpot.conf"), text);
  }

  /** The options of a command line, and what they come to. */
  private static Map<String, String> options(String line) {
    CommandLine command = Main.commandLine(line.split(" "));
    command.parseArgs(line.split(" "));
    Map<String, String> values = new TreeMap<>();
    CommandLine last = command;
    while (last.getParseResult().hasSubcommand()) {
      last = last.getParseResult().subcommand().commandSpec().commandLine();
    }
    for (OptionSpec option : last.getCommandSpec().options()) {
      values.put(option.longestName(), text(option.getValue()));
    }
    return values;
  }

  private static String text(@Nullable Object value) {
    return value instanceof Object[] several ? Arrays.toString(several) : String.valueOf(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"merge p", "submit p", "watch j", "logs j", "soce search p"})
  void whatTheFileShowsIsTheDefaultAloneAndWithAllOthers(String command) throws IOException {
    Map<String, String> defaults = options(command);
    List<String> texts = new ArrayList<>(CommentedDefaults.each("stockpot.conf"));
    assertThat(texts).hasSizeGreaterThan(5);
    texts.add(CommentedDefaults.all("stockpot.conf"));
    for (String text : texts) {
      settings(text);
      assertThat(options(command)).as(text).isEqualTo(defaults);
    }
  }

  @Test
  void everySettingStandsInTheFile() throws IOException {
    String all = CommentedDefaults.all("stockpot.conf");
    assertThat(SettingDefaults.SETTINGS)
        .isNotEmpty()
        .allSatisfy(option -> assertThat(all).contains("\n  " + option.substring(2) + " = "));
  }

  @Test
  void aPathMayBeginWithTheHomeDirectory() throws IOException {
    settings("stockpot.cli { ca = ~/ca.pem, threads = 3 }");
    assertThat(options("list")).containsEntry("--ca", home + "/ca.pem");
    assertThat(options("merge p")).containsEntry("--threads", "3");
  }

  @Test
  void aNodeGoesByItsOwnFile() throws IOException {
    settings("stockpot.cli.threads = 3");
    assertThat(options("worker")).containsEntry("--threads", "null");
  }

  @Test
  void aKeyThatNothingReadsIsAnErrorWithItsPlaceAndWhatWasMeant() throws IOException {
    settings("stockpot.cli {\n  thread = 3\n}\nstockpot.cluster.port = 1\n");
    CommandRun run = CommandRun.of("merge", "plan.yaml");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    Path file = home.resolve(".config/stockpot/stockpot.conf");
    assertThat(run.err())
        .contains(file + ":2: unknown setting 'stockpot.cli.thread'; did you mean 'threads'?")
        .contains(file + ":4: unknown setting 'stockpot.cluster'");
  }
}
