package dev.stockpot.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much a worker asks for follows its pace. */
final class LeaseWindowTest {

  private final LeaseWindow window = new LeaseWindow(1_000);

  @BeforeEach
  void beginsNarrow() {
    window.begin(at(100));
    assertThat(window.width()).isEqualTo(250);
  }

  private static long at(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void quickWorkWidensItUpToItsMost() {
    assertThat(window.did(249, at(100.1))).isFalse();
    assertThat(window.did(1, at(100.2))).isTrue();
    assertThat(window.width()).isEqualTo(500);
    assertThat(window.did(499, at(102.1))).isFalse();
    assertThat(window.did(300, at(102.1))).isTrue();
    assertThat(window.did(5_000, at(102.2))).isFalse();
    assertThat(window.width()).isEqualTo(1_000);
  }

  @Test
  void whatTakesSecondsLeavesItAsItIs() {
    assertThat(window.did(250, at(102))).isFalse();
    assertThat(window.did(250, at(110))).isFalse();
    assertThat(window.width()).isEqualTo(250);
  }

  @Test
  void slowWorkNarrowsItDownToItsLeast() {
    window.did(250, at(101));
    window.did(500, at(102));
    assertThat(window.width()).isEqualTo(1_000);
    assertThat(window.did(1_000, at(111))).isFalse();
    assertThat(window.width()).isEqualTo(500);
    window.did(500, at(120));
    window.did(250, at(129));
    assertThat(window.width()).isEqualTo(250);
  }

  @Test
  void aPauseIsNoSlowness() {
    window.did(250, at(101));
    window.did(499, at(102));
    window.begin(at(500));
    assertThat(window.did(500, at(501))).isTrue();
    assertThat(window.width()).isEqualTo(1_000);
  }

  @Test
  void aWindowOfNothingStaysOne() {
    LeaseWindow none = new LeaseWindow(0);
    none.begin(at(1));
    assertThat(none.did(0, at(2))).isFalse();
    assertThat(none.width()).isZero();
  }
}
