package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.history.HistoryEvent.Change;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HistoryTest {

  private static final long SECOND = 1_000_000_000;

  private final History history = new History(NodeRow.of("test", ""), Map::of);
  private final Board board = Board.of("a", 20);

  private void told(HistoryEvent... events) {
    for (HistoryEvent event : events) {
      history.on(event, SECOND);
    }
  }

  private void begin(Integer... kept) {
    told(
        new HistoryEvent.JobChanged(2_000, Board.view("a", JobStatus.RUNNING)),
        worker("x/cpu", Change.JOINED),
        worker("y/cpu", Change.JOINED),
        board.opened(2_000, kept));
  }

  private static HistoryEvent worker(String name, Change change) {
    return new HistoryEvent.WorkerChanged(1_500, name, "cpu", "local", change, "");
  }

  private JsonNode job(String id) {
    LiveTable table = new LiveTable(0);
    assertThat(history.job(id, table, true, 3_000, SECOND)).isTrue();
    return json(table);
  }

  private static JsonNode json(LiveTable table) {
    StringBuilder text = new StringBuilder("{");
    table
        .all()
        .rows()
        .forEach((key, row) -> {
          text.append(text.length() > 1 ? "," : "");
          text.append(RowJson.of(key)).append(':').append(row);
        });
    return JsonMapper.shared().readTree(text.append('}').toString());
  }

  private static List<JsonNode> rows(JsonNode table, String prefix) {
    return table.propertyNames().stream()
        .filter(key -> key.startsWith(prefix))
        .map(table::get)
        .toList();
  }

  @Test
  void whatALostWorkerHeldAndWhoTookItIsTold() {
    begin();
    told(
        board.granted(2_100, 1, "x/cpu", 0, 1, 2),
        board.recorded(2_200, 1, "x/cpu", 0),
        worker("x/cpu", Change.SILENT),
        board.ended(2_300, 1, "x/cpu", 1, 2),
        board.granted(2_310, 2, "y/cpu", 5, 1, 2),
        board.recorded(2_400, 2, "y/cpu", 5, 1, 2),
        board.completed(2_400, 2, "y/cpu"));
    List<JsonNode> marks = rows(job("a"), "mark/");
    assertThat(marks)
        .extracting(mark -> mark.get("kind").stringValue())
        .containsExactly("silent", "returned", "took");
    assertThat(marks.get(1).get("tasks").intValue()).isEqualTo(2);
    assertThat(marks.get(2).get("worker").stringValue()).isEqualTo("y/cpu");
    assertThat(marks.get(2).get("text").stringValue()).isEqualTo("what x/cpu lost");
    assertThat(marks.get(2).get("tasks").intValue()).isEqualTo(2);
    LiveTable workers = new LiveTable(0);
    history.workers(workers, true);
    assertThat(rows(json(workers), "event/"))
        .extracting(event -> event.get("kind").stringValue())
        .containsExactly("joined", "joined", "silent", "returned", "took");
  }

  @Test
  void lanesAddUpToWhatIsDoneAndNotKept() {
    begin(0, 1, 2);
    told(
        board.granted(2_100, 1, "x/cpu", 3, 4),
        board.failed(2_150, 1, "x/cpu", 4),
        board.recorded(2_200, 1, "x/cpu", 3),
        board.granted(2_300, 2, "y/cpu", 4),
        board.recorded(2_400, 2, "y/cpu", 4));
    JsonNode rows = job("a");
    assertThat(rows.get("lane/x/cpu").get("tasks").intValue()).isEqualTo(1);
    assertThat(rows.get("lane/x/cpu").get("failed").intValue()).isEqualTo(1);
    assertThat(rows.get("lane/y/cpu").get("bytesIn").intValue()).isEqualTo(200);
    assertThat(rows.get("shard/0").get("doneBytes").intValue()).isEqualTo(500);
    assertThat(rows.get("shard/0").get("doneTensors").intValue()).isEqualTo(5);
    assertThat(rows.get("shard/1").get("doneBytes").intValue()).isZero();
    assertThat(rows.get("strip").get(0).doubleValue()).isEqualTo(1);
    assertThat(rows.get("strip").get(255).doubleValue()).isZero();
  }

  @Test
  void theStripIsFullWhenAllIsDone() {
    begin(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    told(
        board.granted(2_100, 1, "x/cpu", 10),
        board.recorded(2_200, 1, "x/cpu", 10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
    assertThat(job("a").get("strip").valueStream())
        .hasSize(256)
        .allMatch(part -> part.doubleValue() == 1);
  }

  @Test
  void aBoardThatIsClosedLeavesNoLease() {
    begin();
    told(board.granted(2_100, 1, "x/cpu", 0), board.closed(2_600));
    assertThat(job("a").get("lane/x/cpu").get("leased").longValue()).isEqualTo(500_000_000);
    history.sample(10_000);
    LiveTable overview = new LiveTable(0);
    history.overview(overview, true, SECOND);
    assertThat(rows(json(overview), "sample/").getFirst().get("working").intValue()).isZero();
  }

  @Test
  void phasesFollowTheJob() {
    for (JobStatus status :
        List.of(
            JobStatus.QUEUED,
            JobStatus.PLANNING,
            JobStatus.RUNNING,
            JobStatus.RUNNING,
            JobStatus.COMMITTING,
            JobStatus.DONE)) {
      told(new HistoryEvent.JobChanged(5_000, Board.view("a", status)));
    }
    assertThat(rows(job("a"), "phase/"))
        .extracting(phase -> phase.get("name").stringValue())
        .containsExactly("queued", "planning", "merging", "committing", "done");
    assertThat(rows(job("a"), "phase/").getLast().get("to").longValue()).isEqualTo(61_000);
  }

  @Test
  void ofJobsThatEndedOnlyTheLastAreRemembered() {
    told(
        new HistoryEvent.JobChanged(4_000, Board.view("long", JobStatus.RUNNING)),
        new HistoryEvent.JobLogged(
            4_000, "long", new LogLine(1, Instant.EPOCH, LogLine.Level.INFO, "line")));
    for (int i = 0; i < History.MOST_JOBS + 5; i++) {
      String id = "job-" + i;
      told(
          new HistoryEvent.JobChanged(5_000, Board.view(id, JobStatus.RUNNING)),
          new HistoryEvent.JobLogged(
              5_000, id, new LogLine(1, Instant.EPOCH, LogLine.Level.INFO, "line")),
          new HistoryEvent.JobChanged(5_000, Board.view(id, JobStatus.DONE)));
    }
    told(new HistoryEvent.JobChanged(5_000, Board.view("long", JobStatus.DONE)));
    // Nothing is forgotten of which a report is still to be made.
    assertThat(rows(job("job-4"), "log/")).hasSize(1);
    assertThat(history.takeEnded()).contains("job-4", "long");
    assertThat(rows(job("job-4"), "log/")).hasSize(1);
    assertThat(history.takeEnded()).isEmpty();
    assertThat(rows(job("long"), "log/")).hasSize(1);
    assertThat(rows(job("job-4"), "log/")).isEmpty();
    assertThat(job("job-4").get("job").get("status").stringValue()).isEqualTo("done");
    assertThat(rows(job("job-5"), "log/")).isEmpty();
    assertThat(rows(job("job-6"), "log/")).hasSize(1);
    told(new HistoryEvent.JobDeleted(6_000, "job-6"));
    assertThat(history.has("jobs/job-6")).isFalse();
  }

  @Test
  void marksAndLinesAreBounded() {
    begin();
    for (int i = 1; i <= 2_000; i++) {
      told(
          board.failed(2_100 + i, 1, "x/cpu", 0),
          new HistoryEvent.JobLogged(
              5_000, "a", new LogLine(i, Instant.EPOCH, LogLine.Level.INFO, "line")));
    }
    JsonNode rows = job("a");
    assertThat(rows(rows, "mark/")).hasSize(JobHistory.MOST_MARKS);
    assertThat(rows(rows, "log/")).hasSize(JobHistory.MOST_LINES);
    assertThat(rows.get("log/2000")).isNotNull();
  }

  @Test
  void eventsOfBoardsAndJobsThatNobodyKnowsDoNothing() {
    told(
        board.opened(1_000),
        board.granted(1_000, 1, "x/cpu", 1),
        board.recorded(1_000, 1, "x/cpu", 1),
        board.closed(1_000),
        new HistoryEvent.JobDeleted(1_000, "b"));
    assertThat(history.job("a", new LiveTable(0), true, 1_000, SECOND)).isFalse();
  }
}
