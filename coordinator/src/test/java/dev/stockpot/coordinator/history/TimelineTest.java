package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.Receipt.StageNanos;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TimelineTest {

  private static final long BEGIN = 1_000_000;

  private final Timeline timeline = new Timeline(BEGIN);
  private final Board board = Board.of("a", 10);

  private void did(String worker, long at, long since, Integer... tasks) {
    timeline.did(worker, at, since, board.recorded(at, 1, worker, tasks).done());
  }

  private Map<String, String> rows() {
    LiveTable table = new LiveTable(0);
    timeline.render(table, true);
    return Map.copyOf(table.all().rows());
  }

  @Test
  void whatIsDoneStandsInTheBucketInWhichItIsRecorded() {
    did("x/cpu", BEGIN + 600, BEGIN, 0, 1);
    assertThat(rows())
        .containsEntry("cell/2/x/cpu", "[2,400,200,2000002,1999966,2000032,0]")
        .containsKey("lane/x/cpu")
        .hasSize(2);
  }

  @Test
  void theTimeThatItTookIsSpreadOverTheBucketsBefore() {
    did("x/cpu", BEGIN + 501, BEGIN, 0);
    assertThat(rows())
        .containsEntry("cell/1/x/cpu", "[0,0,0,666667,666655,666677,0]")
        .containsEntry("cell/2/x/cpu", "[1,200,100,333334,333328,333339,0]");
  }

  @Test
  void nothingIsSpreadBeforeItsLeaseWasGiven() {
    did("x/cpu", BEGIN + 501, BEGIN + 500, 0);
    assertThat(rows()).doesNotContainKey("cell/1/x/cpu");
  }

  @Test
  void totalsStayWhenBucketsBecomeTwiceAsWide() {
    Random random = new Random(7);
    StageNanos times = StageNanos.ZERO;
    long held = 0;
    long at = BEGIN;
    for (int step = 0; step < 5_000; step++) {
      String worker = "node-" + random.nextInt(20) + "/cpu";
      timeline.leased(worker, at);
      long since = at;
      at += random.nextInt(200);
      did(worker, at, since, 0, 1, 2);
      times = times.plus(new StageNanos(3 * 1_000_001L, 3 * 999_983L, 3 * 1_000_016L));
      timeline.released(worker, at);
      held += at - since;
    }
    Timeline.Cell total = timeline.total();
    assertThat(timeline.step()).isGreaterThan(250);
    assertThat(total.tasks()).isEqualTo(15_000);
    assertThat(total.bytesIn()).isEqualTo(15_000 * 200);
    assertThat(total.bytesOut()).isEqualTo(15_000 * 100);
    assertThat(total.times()).isEqualTo(times);
    assertThat(total.leasedMillis()).isEqualTo(held);
    assertThat(timeline.cells()).isLessThanOrEqualTo(20 * Timeline.MOST_BUCKETS);
  }

  @Test
  void aLeaseThatIsHeldCountsUpToNow() {
    timeline.leased("x/cpu", BEGIN + 100);
    timeline.accrue(BEGIN + 600);
    assertThat(rows())
        .containsEntry("cell/0/x/cpu", "[0,0,0,0,0,0,150]")
        .containsEntry("cell/1/x/cpu", "[0,0,0,0,0,0,250]")
        .containsEntry("cell/2/x/cpu", "[0,0,0,0,0,0,100]");
    timeline.releasedAll(BEGIN + 700);
    timeline.accrue(BEGIN + 9_000);
    assertThat(timeline.total().leasedMillis()).isEqualTo(600);
  }

  @Test
  void itHasABoundHoweverManyWorkersThereAre() {
    for (int worker = 0; worker < 2 * Timeline.MOST_LANES; worker++) {
      did("node-" + worker + "/cpu", BEGIN + 40L * worker, BEGIN, 0);
    }
    assertThat(timeline.cells()).isLessThanOrEqualTo(Timeline.MOST_CELLS);
    assertThat(timeline.total().tasks()).isEqualTo(2 * Timeline.MOST_LANES);
  }

  @Test
  void thatOfAJobThatHasEndedIsSmallAndAddsUp() {
    LiveTable table = new LiveTable(0);
    for (int worker = 0; worker < 3 * Timeline.SMALL_LANES; worker++) {
      for (int bucket = 0; bucket < 16; bucket++) {
        did("node-" + worker + "/cpu", BEGIN + 250L * bucket, BEGIN, 0);
      }
    }
    timeline.render(table, true);
    timeline.makeSmall();
    timeline.render(table, false);
    assertThat(timeline.cells()).isLessThanOrEqualTo(Timeline.SMALL_CELLS);
    assertThat(timeline.total().tasks()).isEqualTo(48L * Timeline.SMALL_LANES);
    assertThat(table.all().rows()).isEqualTo(new TreeMap<>(rows())).containsKey("lane/others");
    assertThat(table.all().rows().keySet())
        .filteredOn(key -> key.startsWith("lane/"))
        .hasSize(Timeline.SMALL_LANES);
    did("node-1/cpu", BEGIN + 250 * 40, BEGIN, 1);
    timeline.leased("node-1/cpu", BEGIN + 250 * 40);
    assertThat(timeline.total().tasks()).isEqualTo(48L * Timeline.SMALL_LANES + 1);
  }

  /** A page that has the rows from before is told what became of them. */
  @Test
  void rowsThatAreNoMoreWhenBucketsBecomeWiderAreTold() {
    LiveTable table = new LiveTable(0);
    did("x/cpu", BEGIN + 250 * 101, BEGIN + 250 * 101, 0);
    timeline.render(table, true);
    assertThat(table.all().rows()).containsKey("cell/101/x/cpu");
    did("x/cpu", BEGIN + 250 * 300, BEGIN + 250 * 300, 1);
    timeline.render(table, false);
    assertThat(table.all().rows())
        .containsOnlyKeys("lane/x/cpu", "cell/50/x/cpu", "cell/150/x/cpu");
  }
}
