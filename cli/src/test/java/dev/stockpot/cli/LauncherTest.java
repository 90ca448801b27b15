package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.kernel.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the launcher judges whether a merge is so small that it starts without vectors. */
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
    String du = "du() { printf '%d\\t%%s\\n' \"$2\"; }";
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
}
