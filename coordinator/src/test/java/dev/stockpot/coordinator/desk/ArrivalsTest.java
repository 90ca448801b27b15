package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.Arrivals.Arrival;
import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  private static final LeaseId LEASE = new LeaseId("a", 0);

  private final Arrivals arrivals = new Arrivals();

  private void arrive(String worker, int task) {
    arrivals.add(new Arrival(new WorkerId(worker, 1), LEASE, Tasks.receipt(task)));
  }

  @Test
  void whatArrivesWhileOthersAreRecordedComesTogetherAfterThem() {
    arrive("ann", 0);
    assertThat(arrivals.next()).extracting(Receipt::task).containsExactly(0);
    arrive("ann", 1);
    arrive("bob", 2);
    assertThat(arrivals.next()).isEmpty();
    assertThat(arrivals.recorded()).extracting(each -> each.receipt().task()).containsExactly(0);
    assertThat(arrivals.next()).extracting(Receipt::task).containsExactly(1, 2);
    assertThat(arrivals.recorded())
        .extracting(each -> each.worker().name())
        .containsExactly("ann", "bob");
    assertThat(arrivals.next()).isEmpty();
  }

  @Test
  void aReceiptThatIsRepeatedStandsOnceWhereverItIs() {
    arrive("ann", 0);
    arrive("bob", 0);
    assertThat(arrivals.next()).hasSize(1);
    arrive("ann", 0);
    arrivals.recorded();
    assertThat(arrivals.next()).isEmpty();
  }

  @Test
  void aBatchIsBounded() {
    for (int task = 0; task < Arrivals.BATCH + 1; task++) {
      arrive("ann", task);
    }
    assertThat(arrivals.next()).hasSize(Arrivals.BATCH);
    arrivals.recorded();
    assertThat(arrivals.next()).extracting(Receipt::task).containsExactly(Arrivals.BATCH);
  }

  @Test
  void nothingIsRecordedThatWasNotHandedOver() {
    arrive("ann", 0);
    assertThat(arrivals.recorded()).isEmpty();
    assertThat(arrivals.next()).hasSize(1);
  }
}
