package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Slurm script, the systemd units and the container file are well formed, and fit this release.
 */
class ScriptFilesTest {

  private static final String[] FOLDERS = {"kubernetes", "slurm", "systemd", "container"};

  @TempDir Path root;

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0 ? "" : "exit %d: %s".formatted(process.exitValue(), printed);
  }

  @Test
  void everyFileSaysInItsFirstLinesWhatWasTried() throws IOException {
    for (Path file : ConfigFolder.filesOf(FOLDERS)) {
      if (!file.toString().endsWith(".conf")) {
        List<String> lines = Files.readAllLines(file);
        assertThat(String.join("\n", lines.subList(0, Math.min(5, lines.size()))))
            .as(file.toString())
            .contains("Checked: ")
            .containsPattern("Not (run|built): ");
      }
    }
  }

  @Test
  void commandsInScriptsUnitsAndCommentsAreThere() throws IOException {
    for (Path file : ConfigFolder.filesOf(FOLDERS)) {
      CommandLines.in(Files.readString(file)).forEach(CommandLines::check);
    }
    assertThat(CommandLines.in(ConfigFolder.text("slurm/stockpot.sbatch")))
        .extracting(List::getFirst)
        .contains("certs", "coordinator", "worker", "list", "submit");
    assertThat(CommandLines.in(ConfigFolder.text("systemd/stockpot-worker.service")))
        .containsExactly(List.of("worker", "--config", "/etc/stockpot/worker.conf"));
  }

  @Test
  void theSlurmScriptIsBash() throws Exception {
    assertThat(run("bash", "-n", ConfigFolder.file("slurm/stockpot.sbatch").toString())).isEmpty();
  }

  /** Verified with another program and user, for ours are installed nowhere here. */
  @Test
  void systemdTakesTheUnits() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd-analyze here");
    for (String role : List.of("coordinator", "worker")) {
      String name = "stockpot-" + role + ".service";
      String unit =
          ConfigFolder.text("systemd/" + name)
              .replace("/opt/stockpot/stockpot", "/bin/true")
              .replaceAll("(?m)^(User|Group)=.*\n", "");
      Path copy = Files.writeString(root.resolve(name), unit);
      Process verify =
          new ProcessBuilder("/usr/bin/systemd-analyze", "verify", copy.toString())
              .redirectErrorStream(true)
              .start();
      String printed = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(verify.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(printed.lines().filter(line -> line.contains(name))).isEmpty();
    }
  }

  @Test
  void aWorkerHasTimeToDrain() throws IOException {
    Matcher timeout =
        Pattern.compile("(?m)^TimeoutStopSec=(\\d+)$")
            .matcher(ConfigFolder.text("systemd/stockpot-worker.service"));
    assertThat(timeout.find()).isTrue();
    assertThat(Long.parseLong(timeout.group(1)))
        .isGreaterThan(SettingsFilesTest.leaving().toSeconds());
  }

  @Test
  void theContainerIsMadeOfFilesAndModulesThatAreThere() throws IOException {
    String file = ConfigFolder.text("container/Containerfile");
    List<String> copied =
        Pattern.compile("(?m)^COPY (?!--from)(.*) \\S+$")
            .matcher(file)
            .results()
            .flatMap(copy -> List.of(copy.group(1).split(" ")).stream())
            .toList();
    assertThat(copied).contains("pom.xml", "cli", "config");
    assertThat(copied).allSatisfy(path -> assertThat(ConfigFolder.top().resolve(path)).exists());

    Matcher modules = Pattern.compile("--add-modules (\\S+)").matcher(file);
    assertThat(modules.find()).isTrue();
    assertThat(modules.group(1).split(","))
        .allSatisfy(module -> assertThat(ModuleFinder.ofSystem().find(module)).isPresent());
    assertThat(file).contains("EXPOSE 7624 7625").containsPattern("(?m)^USER 10001:10001$");
  }
}
