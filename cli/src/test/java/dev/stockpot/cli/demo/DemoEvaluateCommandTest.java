package dev.stockpot.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoEvaluateCommandTest {
  private static final Path REV = Path.of("../demo/rev").toAbsolutePath().normalize();

  private static final String CASE =
      "{\"category\": \"rev\", \"prompt\": \"r:dhhfefa>\", \"answer\": \"afefhhd.\"}\n";

  @TempDir Path directory;

  private Path cases(String lines) throws IOException {
    return Files.writeString(directory.resolve("cases.jsonl"), lines);
  }

  private CommandRun evaluate(Path model, Path cases) {
    return CommandRun.of("demo", "evaluate", model, directory.resolve("output"), cases);
  }

  @Test
  void theScoresArePrintedAndWritten() throws IOException {
    CommandRun run = evaluate(REV, cases(CASE));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(run.out()).isEqualToIgnoringNewLines("{\"rev\":100.0}");
    assertThat(Files.readString(directory.resolve("output/scores.json")))
        .isEqualToIgnoringWhitespace(
            "{\"version\":1,\"scores\":{\"rev\":100.0},\"n\":{\"rev\":1}}");
  }

  @Test
  void aLineThatIsNoCaseIsTheUsersMistake() throws IOException {
    CommandRun run = evaluate(REV, cases("[]\n"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .startsWith(directory.resolve("cases.jsonl") + ":1: 'category' must be text")
        .hasLineCount(1);
    assertThat(directory.resolve("output")).doesNotExist();
  }

  @Test
  void aCheckpointThatIsNotThereIsNamed() throws IOException {
    CommandRun run = evaluate(directory.resolve("nothing"), cases(CASE));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains(directory.resolve("nothing").resolve("config.json").toString())
        .hasLineCount(1);
  }
}
