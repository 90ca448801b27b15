package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @TempDir Path root;

  /** What bash would offer for the words typed so far. */
  private String completions(String... words) throws IOException, InterruptedException {
    Path script = Files.writeString(root.resolve("stockpot_completion"), script("bash"));
    String typed = String.join(" ", words);
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_stockpot; echo \"${COMPREPLY[@]}\""
                    .formatted(script, typed, words.length - 1))
            .redirectErrorStream(true)
            .start();
    String offered = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return offered;
  }

  private static String script(String shell) {
    CommandRun run = CommandRun.of("completion", shell);
    assertThat(run.exitCode()).isZero();
    return run.out();
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertThat(completions("stockpot", "ver")).isEqualTo("verify\n");
    assertThat(completions("stockpot", "plan", "")).contains("validate").contains("schema");
    assertThat(completions("stockpot", "verify", "--check")).contains("--checksums-only");
  }

  @Test
  void oneScriptServesBothShells() {
    assertThat(script("zsh")).isEqualTo(script("bash")).contains("bashcompinit");
    assertThat(CommandRun.of("completion").out()).isEqualTo(script("bash"));
  }

  @Test
  void anotherShellIsRefused() {
    CommandRun run = CommandRun.of("completion", "fish");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("fish").contains("BASH, ZSH");
  }
}
