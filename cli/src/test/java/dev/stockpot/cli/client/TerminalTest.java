package dev.stockpot.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Table;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is drawn on a terminal. */
class TerminalTest {

  private final StringWriter text = new StringWriter();
  private final PrintWriter printer = new PrintWriter(text);

  private static Terminal terminal(int columns, int rows, boolean color) {
    return new Terminal(true, true, columns, rows, color);
  }

  private static void show(JobBoard board, String... jobs) {
    JsonNode json = ApiJson.tree("[" + String.join(",", jobs) + "]");
    board.show(ApiJson.as(json, JobView[].class), json);
  }

  private static void tell(FollowText listener, String job) {
    JsonNode json = ApiJson.tree(job);
    listener.onJob(ApiJson.as(json, JobView.class), json);
  }

  private static String job(String id, JobStatus status, int percent) {
    return ScriptedCoordinator.job(id, status, percent);
  }

  @Test
  void aTableFitsTheTerminalAndKeepsBothEndsOfWhatIsCut() {
    Table table = new Table("ID", "OUTPUT");
    table.add("soup", "/models/a/rather/long/path/soup-8b");

    assertThat(table.lines(terminal(24, 24, false)))
        .containsExactly("ID    OUTPUT", "soup  /models/…h/soup-8b")
        .allMatch(line -> line.length() <= 24);
    assertThat(table.lines(new Terminal(false, false, 24, 24, false)).getLast())
        .isEqualTo("soup  /models/a/rather/long/path/soup-8b");
  }

  @Test
  void coloursAreForTerminalsThatWantThem() {
    Table table = new Table("STATUS", "ID");
    table.add("failed", "a");

    assertThat(table.lines(terminal(80, 24, true)).getLast())
        .isEqualTo("\u001b[31mfailed\u001b[0m  a");
    assertThat(table.lines(terminal(80, 24, false)).getLast()).isEqualTo("failed  a");
  }

  @Test
  void namesCannotDrawOnTheTerminal() {
    Table table = new Table("ID");
    table.add("a\u001b[2Jb\nc");

    assertThat(table.lines(terminal(80, 24, true)).getLast()).isEqualTo("a\\u001b[2Jb\\u000ac");
  }

  @Test
  void watchingAllJobsRedrawsTheTableAndSaysWhatDoesNotFit() {
    JobBoard.Screen screen = new JobBoard.Screen(printer, terminal(80, 5, false), _ -> List.of());
    String running = job("a", JobStatus.RUNNING, 10);
    show(screen, running);
    show(screen, running, running, running, running);

    List<String> lines = List.of(text.toString().split("\n"));
    assertThat(lines.getFirst()).startsWith("\u001b[JID  STATUS");
    assertThat(lines.get(2)).startsWith("\u001b[2A\r\u001b[JID  STATUS");
    assertThat(lines).hasSize(6).last().isEqualTo("and 2 older ones");
  }

  @Test
  void watchingAllJobsElsewherePrintsWhatChanges() {
    JobBoard.Lines lines = new JobBoard.Lines(printer);
    String old = job("old", JobStatus.DONE, 100);
    show(lines, job("a", JobStatus.RUNNING, 10), old);
    show(lines, job("a", JobStatus.RUNNING, 11), old);
    show(lines, job("b", JobStatus.QUEUED, 0), job("a", JobStatus.DONE, 100), old);

    assertThat(text.toString())
        .isEqualTo(
            """
            a: running, 10% done, /models/a
            b: queued, 0% done, /models/b
            a: done, 100% done, /models/a
            """);
  }

  @Test
  void programsThatWatchAllJobsHearOfEveryChangeOnce() {
    JobBoard.Json board = new JobBoard.Json(printer);
    String done = job("old", JobStatus.DONE, 100);
    show(board, job("a", JobStatus.RUNNING, 10), done);
    show(board, job("a", JobStatus.RUNNING, 11), done);

    assertThat(text.toString().lines().map(ApiJson::tree))
        .extracting(line -> line.at("/job/id").asString())
        .containsExactly("a", "old", "a");
  }

  @Test
  void progressIsOneLineThatGivesWayToNews() {
    FollowText follow = new FollowText(new ProgressWriter(printer, true));
    tell(follow, job("a", JobStatus.RUNNING, 25));
    follow.onNotice("connected again");
    tell(follow, job("a", JobStatus.RUNNING, 50));
    tell(follow, job("a", JobStatus.DONE, 100));

    assertThat(text.toString().split("\n")).hasSize(3);
    assertThat(text.toString())
        .startsWith("\r\u001b[Kjob a: running\n")
        .contains("\r\u001b[K 25% ██████░░░░░░░░░░░░░░░░░░ 2.50 GB of 10.00 GB")
        .contains("\r\u001b[Kconnected again\n")
        .contains("\r\u001b[K 50% ████████████░░░░░░░░░░░░ 5.00 GB of 10.00 GB, ")
        .endsWith("\r\u001b[Kjob a: done\n");
  }
}
