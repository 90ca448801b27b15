package dev.stockpot.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressWriterTest {

  private static final long GIGABYTE = 1_000_000_000;

  private final StringWriter text = new StringWriter();
  private long now;

  private ProgressWriter writer(boolean terminal) {
    return new ProgressWriter(new PrintWriter(text), terminal, () -> now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void withoutATerminalThereIsALineEveryTenSeconds() {
    ProgressWriter writer = writer(false);
    for (int tenths = 0; tenths <= 300; tenths++) {
      writer.progress(tenths * GIGABYTE / 300, GIGABYTE, 1);
      pass(Duration.ofMillis(100));
    }

    assertThat(text.toString().lines().map(line -> line.replaceAll(",.*", "")))
        .containsExactly(
            " 33% 333.33 MB of 1.00 GB", " 66% 666.67 MB of 1.00 GB", "100% 1.00 GB of 1.00 GB");
  }

  @Test
  void whatWaitsForAWorkerSaysSoAgainAndAgain() {
    ProgressWriter writer = writer(false);
    for (int i = 0; i < 2; i++) {
      pass(ProgressWriter.PLAIN_INTERVAL);
      writer.progress(0, GIGABYTE, 0);
    }

    assertThat(text.toString()).isEqualTo("  0% 0 B of 1.00 GB, waiting for a worker\n".repeat(2));
  }

  @Test
  void aLineTakesTheRedrawnOnesPlace() {
    ProgressWriter writer = writer(true);
    writer.progress(0, GIGABYTE, 1);
    writer.line("a warning");

    assertThat(text.toString()).startsWith("\r\u001b[K  0% ").endsWith("\r\u001b[Ka warning\n");
  }
}
