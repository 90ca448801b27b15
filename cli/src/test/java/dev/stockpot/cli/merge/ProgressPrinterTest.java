package dev.stockpot.cli.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.coordinator.order.JobUpdate.Committing;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressPrinterTest {

  private final StringWriter text = new StringWriter();
  private final PrintWriter err = new PrintWriter(text);

  @Test
  void aTerminalSeesOneLineThatIsRedrawn() {
    ProgressPrinter printer = new ProgressPrinter(new ProgressWriter(err, true));
    printer.on(new MergeProgressed(1, 4, 250_000_000, 1_000_000_000, 1, 0));
    printer.on(new MergeProgressed(2, 4, 500_000_000, 1_000_000_000, 1, 0));
    printer.on(new Committing());

    assertThat(text.toString())
        .doesNotContain("\n")
        .contains("\r\u001b[K 25% ██████░░░░░░░░░░░░░░░░░░ 250.00 MB of 1.00 GB")
        .contains("\r\u001b[K 50% ████████████░░░░░░░░░░░░ 500.00 MB of 1.00 GB, ")
        .endsWith("\r\u001b[Kcommitting");
  }

  @Test
  void aLogGetsNoLineBeforeItsTime() {
    ProgressPrinter printer = new ProgressPrinter(new ProgressWriter(err, false));
    printer.on(new Committing());

    assertThat(text.toString()).isEmpty();
  }

  @Test
  void aMergeWithoutWorkersSaysWhatItWaitsFor() {
    new ProgressPrinter(new ProgressWriter(err, true))
        .on(new MergeProgressed(0, 4, 0, 1_000_000_000, 0, 0));

    assertThat(text.toString()).endsWith("0 B of 1.00 GB, waiting for a worker");
  }
}
