package dev.stockpot.soce.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class WeightsTest {
  @Test
  void sevenTwoAndOneTenthMakeOne() {
    Weights weights = new Weights(List.of(7, 2, 1), 10);

    assertThat(weights).hasToString("0.7 0.2 0.1");
    assertThat(weights.share(0)).isEqualTo(0.7);
  }

  @Test
  void equalWeightsAreEqualHoweverTheyWereMade() {
    assertThat(new Weights(List.of(30, 30, 30), 90))
        .isEqualTo(Weights.uniform(3))
        .hasToString("1/3 1/3 1/3");
    assertThat(new Weights(List.of(0, 4), 4)).isEqualTo(Weights.only(1, 2)).hasToString("0 1");
    assertThat(Weights.among(List.of(2, 0), 3)).isEqualTo(new Weights(List.of(1, 0, 1), 2));
  }

  @Test
  void sharesThatDoNotMakeOneAreRefused() {
    assertThatThrownBy(() -> new Weights(List.of(7, 2, 2), 10))
        .hasMessage("[7, 2, 2] do not sum to 10");
    assertThatThrownBy(() -> new Weights(List.of(11, -1), 10)).hasMessage("-1/10 is negative");
    assertThatThrownBy(() -> new Weights(List.of(), 0)).hasMessage("[] do not sum to 0");
    assertThatThrownBy(() -> new Weights(List.of(Integer.MAX_VALUE, Integer.MAX_VALUE), -2))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
