package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.state.JobLog;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.protocol.api.LogLine.Level;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobLogTest {

  private static JobLog log(int lines) {
    JobLog log = new JobLog();
    for (int line = 1; line <= lines; line++) {
      log.add(QueueEvents.NOON, Level.INFO, "line " + line);
    }
    return log;
  }

  private static List<Long> sequences(List<LogLine> lines) {
    return lines.stream().map(LogLine::sequence).toList();
  }

  @Test
  void linesAreNumberedFromOneAndReadAfterANumber() {
    JobLog log = log(5);
    assertThat(sequences(log.after(0))).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(sequences(log.after(3))).containsExactly(4L, 5L);
    assertThat(log.after(5)).isEmpty();
    assertThat(log.after(Long.MAX_VALUE)).isEmpty();
    assertThat(log(0).after(0)).isEmpty();
  }

  @Test
  void whoMissedLinesThatAreGoneIsToldHowMany() {
    JobLog log = log(JobLog.MAX_LINES + 10);
    List<LogLine> all = log.after(-7);
    assertThat(all).hasSize(JobLog.MAX_LINES + 1);
    assertThat(all.getFirst().sequence()).isEqualTo(10);
    assertThat(all.getFirst().message()).startsWith("10 earlier lines are not here any more");
    assertThat(log.after(4).getFirst().message()).startsWith("6 earlier lines");
    assertThat(sequences(log.after(10))).startsWith(11L).hasSize(JobLog.MAX_LINES);
  }

  @Test
  void aVeryLongLineIsCut() {
    JobLog log = new JobLog();
    log.add(QueueEvents.NOON, Level.ERROR, "x".repeat(100_000));
    assertThat(log.after(0).getFirst().message()).hasSizeLessThan(9_000).endsWith("x ...");
    assertThat(log.characters()).isLessThan(9_000);
  }

  @Test
  void aLogThatIsRestoredGoesOn() {
    JobLog log = log(JobLog.MAX_LINES + 10);
    JobLog restored = new JobLog(log.kept(), log.last());
    restored.add(QueueEvents.NOON, Level.INFO, "more");
    log.add(QueueEvents.NOON, Level.INFO, "more");
    assertThat(restored.after(0)).isEqualTo(log.after(0));
    assertThat(restored.characters()).isEqualTo(log.characters());
  }
}
