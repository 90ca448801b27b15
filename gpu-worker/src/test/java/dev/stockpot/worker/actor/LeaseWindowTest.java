package dev.stockpot.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much a worker asks for follows its pace. */
final class LeaseWindowTest {

  private final LeaseWindow window = new LeaseWindow(3_200);

  @BeforeEach
  void begin() {
    window.begin(at(100));
    assertThat(window.width()).isEqualTo(800);
  }

  private static long at(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void quickWorkWidensItUpToItsMost() {
    assertThat(window.did(799, at(100.1))).isFalse();
    assertThat(window.width()).isEqualTo(800);
    assertThat(window.did(1, at(100.2))).isTrue();
    assertThat(window.width()).isEqualTo(1_600);
    assertThat(window.did(1_600, at(100.3))).isTrue();
    assertThat(window.width()).isEqualTo(3_200);
    assertThat(window.did(5_000, at(100.4))).isFalse();
    assertThat(window.width()).isEqualTo(3_200);
  }

  @Test
  void whatTakesSecondsLeavesItAsItIs() {
    assertThat(window.did(800, at(102))).isFalse();
    assertThat(window.did(800, at(110))).isFalse();
    assertThat(window.width()).isEqualTo(800);
  }

  @Test
  void slowWorkNarrowsItDownToItsLeast() {
    int width = 800;
    for (int i = 1; i <= 3; i++) {
      assertThat(window.did(width, at(100 + 9 * i))).isFalse();
      width /= 2;
      assertThat(window.width()).isEqualTo(width);
    }
    window.did(100, at(136));
    assertThat(window.width()).isEqualTo(100);
  }

  @Test
  void aPauseIsNoSlowness() {
    window.did(799, at(101));
    window.begin(at(500));
    assertThat(window.did(800, at(501))).isTrue();
  }

  @Test
  void aWindowOfNothingStaysOne() {
    LeaseWindow none = new LeaseWindow(0);
    none.begin(at(1));
    assertThat(none.did(0, at(2))).isFalse();
    assertThat(none.width()).isZero();
  }
}
