package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.LogLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ViewsTest {

  private static final long SECOND = 1_000_000_000;
  private static final String JOB = "jobs/a";

  private final History history = new History(NodeRow.of("test", ""), Map::of);
  private final Views views = new Views(history);

  @BeforeEach
  void begin() {
    history.on(new HistoryEvent.JobChanged(1, Board.view("a", JobStatus.RUNNING)), SECOND);
    log(1, 100);
  }

  private void log(int first, int last) {
    for (int i = first; i <= last; i++) {
      LogLine line = new LogLine(i, Instant.EPOCH, LogLine.Level.INFO, "line " + i);
      history.on(new HistoryEvent.JobLogged(1, "a", line), SECOND);
    }
  }

  /** What one gets that has nothing. */
  private ViewNews.Rows all(long now) {
    return (ViewNews.Rows) views.show(JOB, now, view -> view.following(-1));
  }

  @Test
  void whoComesSoonGetsTheBytesThatOthersGotAndWhatChangedSince() {
    ViewNews.Rows first = all(SECOND);
    assertThat(all(2 * SECOND).json()).isSameAs(first.json());
    log(101, 101);
    ViewNews.Rows second = all(3 * SECOND);
    assertThat(second.base()).containsSame(first);
    assertThat(second.json().utf8String())
        .contains("\"reset\":false", "line 101")
        .doesNotContain("line 100");
    assertThat(all(3 * SECOND).json()).isSameAs(second.json());
  }

  @Test
  void whoComesLateOrAfterALotHasChangedGetsAllAsItIs() {
    all(SECOND);
    log(101, 200);
    ViewNews.Rows changed = all(2 * SECOND);
    assertThat(changed.base()).isEmpty();
    assertThat(changed.json().utf8String()).contains("line 1\"", "line 200");
    log(201, 201);
    ViewNews.Rows late = all(13 * SECOND);
    assertThat(late.base()).isEmpty();
    assertThat(late.json().utf8String()).contains("line 1\"", "line 201");
  }

  @Test
  void aViewThatIsAskedForOnceIsNotKept() {
    assertThat(views.last(JOB, SECOND)).isPresent();
    assertThat(views.used(SECOND, Duration.ofMinutes(1))).isEmpty();
    assertThat(views.last("jobs/b", SECOND)).isEmpty();
  }
}
