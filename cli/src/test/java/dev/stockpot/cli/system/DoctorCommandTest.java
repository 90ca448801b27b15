package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorCommandTest {
  @TempDir Path root;

  @Test
  void aHealthyDirectoryHasNothingThatFailsAndIsLeftAsItWas() {
    CommandRun run = CommandRun.of("doctor", root);
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("ok    java: " + Runtime.version())
        .contains("ok    %s: writable\n".formatted(root))
        .contains("ok    %s: file locks work\n".formatted(root))
        .contains("ok    %s: directories are renamed in one step\n".formatted(root))
        .doesNotContain("FAIL");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void eachDirectoryIsLookedAtAndOneThatFailsDecides() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    CommandRun run = CommandRun.of("doctor", root, file, root.resolve("none"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("ok    %s: writable\n".formatted(root))
        .contains(
            """
            FAIL  %s: is not a directory
                    name the directory that outputs go to
            FAIL  %s: does not exist
                    create it, or name another
            """
                .formatted(file, root.resolve("none")));
  }

  @Test
  void withoutAPathTheCurrentDirectoryIsLookedAt() {
    assertThat(CommandRun.of("doctor").out())
        .contains("ok    %s: writable\n".formatted(Path.of("").toAbsolutePath()));
  }

  @Test
  void aFileSystemThatTakesNoFilesFails() {
    Path unwritable = Path.of("/proc");
    assumeTrue(Files.isDirectory(unwritable), "there is no such file system here");
    List<Check> checks = DirectoryChecks.of(unwritable);
    assertThat(checks)
        .extracting(Check::status)
        .containsExactly(Check.Status.WARN, Check.Status.FAIL);
    assertThat(checks.getLast().found()).startsWith("cannot be written: ");
  }

  @Test
  void jsonHoldsTheSameChecks() {
    CommandRun run = CommandRun.of("doctor", "--json", root.resolve("none"));
    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(json.at("/ok").asBoolean()).isFalse();
    assertThat(json.at("/checks/0/subject").asString()).isEqualTo("java");
    JsonNode last = json.at("/checks").get(json.at("/checks").size() - 1);
    assertThat(last.at("/status").asString()).isEqualTo("fail");
    assertThat(last.at("/found").asString()).isEqualTo("does not exist");
    assertThat(last.at("/cure").asString()).isEqualTo("create it, or name another");
  }
}
