package dev.stockpot.coordinator.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.figures.BoardTasks.Counts;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoardTasksTest {

  private final BoardTasks board = new BoardTasks("night-1", 10, List.of(0, 1));

  @Test
  void tasksWaitAreLeasedAndDone() {
    assertThat(board.counts()).isEqualTo(new Counts(2, 0, 8));
    board.leased(2);
    board.leased(3);
    board.leased(4);
    assertThat(board.counts()).isEqualTo(new Counts(2, 3, 5));
    board.done(2);
    board.returned(3);
    assertThat(board.counts()).isEqualTo(new Counts(3, 1, 6));
  }

  /** Its first worker fell silent, and sends its receipt after all. */
  @Test
  void aTaskThatIsLeasedAgainAndDoneByTheFirstIsDoneOnce() {
    board.leased(5);
    board.returned(5);
    board.leased(5);
    board.done(5);
    board.done(5);
    board.returned(5);
    assertThat(board.counts()).isEqualTo(new Counts(3, 0, 7));
  }
}
