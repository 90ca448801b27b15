package dev.stockpot.coordinator.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.BoardNews;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.merge.Failure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotesTest {

  private static final long STRETCH = Notes.STRETCH.toNanos();

  private final Notes notes = new Notes(0);

  private List<String> join(int workers, long now) {
    List<String> told = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      notes.of(new BoardNews.WorkerJoined("w" + worker), now).forEach(note -> told.add(text(note)));
    }
    return told;
  }

  private static String text(JobUpdate told) {
    return switch (told) {
      case JobUpdate.Noted noted -> noted.message();
      case JobUpdate.Placed placed -> placed.line();
      default -> throw new AssertionError(told);
    };
  }

  @Test
  void whatHappensIsToldInWords() {
    assertThat(join(1, 0)).containsExactly("worker w0 joined");
    assertThat(notes.of(new BoardNews.TasksReturned("w1", "it fell silent", 3), 0))
        .extracting(NotesTest::text)
        .containsExactly("worker w1 gave back 3 tasks: it fell silent");
    Failure failure = new Failure(Failure.Kind.TRANSIENT, "a hiccup");
    assertThat(notes.of(new BoardNews.TaskRetried("w2", failure), 0))
        .extracting(NotesTest::text)
        .containsExactly("will try again, after w2: a hiccup");
    assertThat(notes.of(new BoardNews.Placed("n: merging on the GPU", "1.0 s at best"), 0))
        .extracting(NotesTest::text)
        .containsExactly("n: merging on the GPU: 1.0 s at best");
  }

  @Test
  void onlySoManyLinesAreToldInAStretch() {
    assertThat(join(1_000, 0)).hasSize(Notes.LINES);
    assertThat(join(1, STRETCH - 1)).isEmpty();
    assertThat(join(1, STRETCH))
        .containsExactly("981 more such notes were left out", "worker w0 joined");
    assertThat(join(1_000, STRETCH + 1)).hasSize(Notes.LINES - 1);
  }

  @Test
  void whatWasLeftOutIsToldEvenIfNothingFollows() {
    join(Notes.LINES + 2, 0);
    assertThat(notes.pending(STRETCH - 1)).isEmpty();
    assertThat(notes.pending(STRETCH))
        .extracting(JobUpdate.Noted::message)
        .containsExactly("2 more such notes were left out");
    assertThat(notes.pending(2 * STRETCH)).isEmpty();
  }
}
