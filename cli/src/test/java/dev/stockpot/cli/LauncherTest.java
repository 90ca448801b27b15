package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.kernel.provider.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands the launcher starts with the module of vectors. */
final class LauncherTest {

  @TempDir private Path directory;

  @BeforeEach
  void twoModels() throws IOException {
    for (String model : new String[] {"a", "the b"}) {
      Files.createDirectory(directory.resolve(model));
      Files.write(directory.resolve(model).resolve("model.safetensors"), new byte[5_000]);
    }
  }

  /**
   * The function's verdict on a merge of the plan.
   *
   * @param before of the shell, beforehand
   */
  private boolean isSmall(String before, String plan) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("plan.yaml"), plan);
    Process bash =
        new ProcessBuilder(
                "bash",
                "-euc",
                before
                    + "\n. <(sed -n '/^is_small()/,/^}/p' \"$1\")\n"
                    + "if is_small merge --workers 2 \"$2\"; then echo small; else echo other; fi",
                "test",
                "../stockpot",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    assertThat(said.strip()).isIn("small", "other");
    return said.strip().equals("small");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models:\n  - model: a\n    weight: 0.5\n  - model: the b   # the better one\n",
        "models:\n- {model: \"a\", weight: 1/2}\n- {weight: 1/2, model: 'the b'}\n",
        "# model: nowhere\nmodels: [{model: a}, {weight: 1, model: ./the b}]\n"
      })
  void aPlanOfFewBytesIsSmallHoweverItIsWritten(String plan) throws Exception {
    assertThat(isSmall("", plan)).isTrue();
  }

  @Test
  void aPlanForWhichKernelsChangeToVectorsIsNot() throws Exception {
    String plan = "models:\n- model: a\n- model: the b\n";
    long half = Kernels.SCALAR_BYTES / 2 / 1024;
    String du = "du() { printf '%%d\\ttotal\\n' $((%d * ($# - 2))); }"; // of each model
    assertThat(isSmall(du.formatted(half - 1), plan)).isTrue();
    assertThat(isSmall(du.formatted(half), plan)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models:\n- model: a\n- model: nowhere\n",
        "models:\n- &x {model:\n    a}\n",
        "models: []\n",
        "this is no plan"
      })
  void whatCannotBeJudgedIsNot(String plan) throws Exception {
    assertThat(isSmall("", plan)).isFalse();
  }

  /** The launcher and a JDK that only notes how it was started. */
  private Path installation() throws IOException {
    Path home = Files.createDirectories(directory.resolve("home"));
    Files.createDirectories(home.resolve(".mvn"));
    Files.createDirectories(home.resolve("jdk/bin"));
    for (String file : new String[] {"stockpot", ".mvn/find-jdk.sh"}) {
      Files.copy(Path.of("..", file), home.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectories(home.resolve("cli/target/lib"));
    Files.createFile(home.resolve("cli/target/lib/some.jar"));
    Files.createFile(home.resolve("cli/target/stockpot.jar"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    String java =
        """
        #!/bin/sh
        case "$*" in
        *AOTCacheOutput*) exit 1 ;;
        *incubator*) vectors=with ;;
        *) vectors=without ;;
        esac
        while [ "$1" != -jar ]; do shift; done
        shift 2
        echo "$vectors: $*" >>"%s"
        case "$*" in *--check*wrong*) exit 2 ;; esac
        """
            .formatted(directory.resolve("started"));
    for (String program : new String[] {"java", "javac"}) {
      Path file = Files.writeString(home.resolve("jdk/bin").resolve(program), java);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return home.toRealPath();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify out|0|without: verify out",
        "soce analyze scores.csv|0|without: soce analyze scores.csv",
        "soce search s.yaml -q|0|without: soce search --check s.yaml -q,with: soce search s.yaml -q",
        "soce search wrong.yaml|2|without: soce search --check wrong.yaml",
        "merge -q wrong.yaml|2|without: merge --check -q wrong.yaml",
        "merge large.yaml|0|without: merge --check large.yaml,with: merge large.yaml",
        "merge --dry-run large.yaml|0|without: merge --dry-run large.yaml",
        "merge -|0|with: merge -",
        "inspect a|0|without: inspect a",
        "worker|0|with: worker"
      })
  void aCommandStartsWithVectorsOnlyWhereItNeedsThemAndItsPlanIsRight(
      String command, int status, String started) throws Exception {
    Path home = installation();
    List<String> words = new ArrayList<>(List.of(home.resolve("stockpot").toString()));
    words.addAll(List.of(command.split(" ")));
    ProcessBuilder launcher = new ProcessBuilder(words).redirectErrorStream(true);
    launcher.environment().put("STOCKPOT_JAVA_HOME", home.resolve("jdk").toString());
    Process process = launcher.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(status);
    assertThat(Files.readAllLines(directory.resolve("started")))
        .as(said)
        .containsExactly(started.split(","));
  }

  @Test
  void aPathInTheHomeIsFound() throws Exception {
    String home = "HOME='%s'".formatted(directory.toRealPath());
    assertThat(isSmall(home, "models:\n- model: ~/a\n- model: '~/the b'\n")).isTrue();
  }
}
