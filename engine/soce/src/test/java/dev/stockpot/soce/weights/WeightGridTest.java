package dev.stockpot.soce.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.soce.SoceException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WeightGridTest {
  private static final WeightGrid BARE = grid("0.1", "0.9", "0.1", false);

  private static WeightGrid grid(String min, String max, String step, boolean uniform) {
    return new WeightGrid(new BigDecimal(min), new BigDecimal(max), new BigDecimal(step), uniform);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 9, true",
    "3, 36, false",
    "4, 84, false",
    "5, 126, true",
    "6, 126, false",
    "7, 84, false",
    "8, 36, false",
    "9, 9, false",
    "10, 1, true"
  })
  void thePapersGridHasItsKnownSizes(int models, int size, boolean holdsUniform) {
    assertThat(BARE.count(models)).isEqualTo(size);
    assertThat(BARE.points(models)).hasSize(size).doesNotHaveDuplicates();
    assertThat(BARE.holdsUniform(models)).isEqualTo(holdsUniform);
    assertThat(WeightGrid.PAPER.count(models)).isEqualTo(holdsUniform ? size : size + 1);
    assertThat(WeightGrid.PAPER.points(models))
        .hasSize(holdsUniform ? size : size + 1)
        .contains(Weights.uniform(models))
        .doesNotHaveDuplicates();
  }

  @Test
  void thePapersSoupsArePoints() {
    assertThat(BARE.points(3))
        .contains(new Weights(List.of(5, 2, 3), 10), new Weights(List.of(7, 2, 1), 10));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0.25, 3",
    "0.05, 0.95, 0.05, 4",
    "0.2, 0.5, 0.1, 3",
    "0.1, 0.35, 0.05, 4",
    "0.1, 1, 0.14, 3",
    "0, 0.3, 0.1, 4"
  })
  void theGridHoldsExactlyWhatCountingFindsByBruteForce(
      String min, String max, String step, int models) {
    List<Weights> expected = new ArrayList<>();
    addPoints(
        new ArrayList<>(), hundredths(min), hundredths(max), hundredths(step), models, expected);

    assertThat(grid(min, max, step, false).points(models)).containsExactlyElementsOf(expected);
    assertThat(grid(min, max, step, false).count(models)).isEqualTo(expected.size());
  }

  private static int hundredths(String decimal) {
    return new BigDecimal(decimal).movePointRight(2).intValueExact();
  }

  private static void addPoints(
      List<Integer> begun, int min, int max, int step, int models, List<Weights> found) {
    if (begun.size() == models) {
      if (begun.stream().mapToInt(Integer::intValue).sum() == 100) {
        found.add(new Weights(begun, 100));
      }
      return;
    }
    for (int weight = min; weight <= max; weight += step) {
      begun.add(weight);
      addPoints(begun, min, max, step, models, found);
      begun.removeLast();
    }
  }

  @Test
  void aFineGridIsCountedWithoutListingIt() {
    assertThat(grid("0.001", "1", "0.001", false).count(3)).isEqualTo(999L * 998 / 2);
    assertThat(grid("0.0001", "1", "0.0001", false).count(9)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneModelNeedsNoGrid() {
    assertThat(WeightGrid.PAPER.points(1)).containsExactly(Weights.uniform(1));
    assertThat(WeightGrid.PAPER.count(1)).isEqualTo(1);
  }

  @Test
  void elevenExpertsAreRefusedWithTheCure() {
    assertThatThrownBy(() -> WeightGrid.PAPER.points(11))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "11 experts with a weight of at least 0.1 each make more than 1; lower weights.min and"
                + " weights.step (0.05 serves up to 20), or choose a threshold with fewer experts");
    assertThat(grid("0.05", "0.9", "0.05", true).count(11)).isPositive();
  }

  @Test
  void aGridWhoseSumsMissOneIsRefusedWithTheCure() {
    assertThatThrownBy(() -> grid("0.1", "0.9", "0.3", true).points(3))
        .hasMessage(
            "no weights from 0.1 to 0.9 in steps of 0.3 sum to 1 for 3 experts; choose a"
                + " weights.step that divides 1 - 3 × weights.min, such as 0.1 with weights.min"
                + " 0.1");
    assertThatThrownBy(() -> grid("0.1", "0.3", "0.1", true).points(3))
        .hasMessage(
            "3 experts with a weight of at most 0.3 each make less than 1; raise weights.max");
  }

  @Test
  void boundsThatMakeNoGridAreRefused() {
    assertThatThrownBy(() -> grid("-0.1", "0.9", "0.1", true))
        .hasMessage("weights.min is -0.1; write a number from 0 to 1");
    assertThatThrownBy(() -> grid("0.9", "0.1", "0.1", true))
        .hasMessage("weights.min, 0.9, is greater than weights.max, 0.1; exchange them");
    assertThatThrownBy(() -> grid("0.1", "0.9", "0.0", true))
        .hasMessage("weights.step is 0; write how far weights lie apart, such as 0.1");
    assertThatThrownBy(() -> grid("0.1", "0.9", "0.0000001", true))
        .hasMessage("weights.step is 1E-7; write at most 4 decimals");
  }
}
