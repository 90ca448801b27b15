package dev.stockpot.soce.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.soce.SoceException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of a grid, what lies around its best point, and the greedy soup. */
final class SearchStepsTest {
  private static final BigDecimal MIN = new BigDecimal("0.1");
  private static final BigDecimal MAX = new BigDecimal("0.9");

  @Test
  void uniformComesFirstThenEachExpertThenTheRestOnce() {
    List<Weights> order = GridOrder.of(WeightGrid.PAPER, 3);

    assertThat(order)
        .startsWith(
            Weights.uniform(3),
            new Weights(List.of(8, 1, 1), 10),
            new Weights(List.of(1, 8, 1), 10),
            new Weights(List.of(1, 1, 8), 10))
        .containsExactlyInAnyOrderElementsOf(WeightGrid.PAPER.points(3).toList());
  }

  @Test
  void aSearchStoppedEarlyHasSeenTheWholeGrid() {
    List<Weights> half = GridOrder.of(WeightGrid.PAPER, 2).subList(0, 5);

    assertThat(half)
        .extracting(weights -> weights.share(0))
        .containsExactly(0.5, 0.9, 0.1, 0.3, 0.7);
  }

  @Test
  void aGridThatNobodyCanTryIsRefusedWithTheCure() {
    WeightGrid fine = new WeightGrid(MIN, MAX, new BigDecimal("0.001"), true);

    assertThatThrownBy(() -> GridOrder.of(fine, 5))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "2656615626 soups of 5 experts are too many to try; choose a larger weights.step and"
                + " refine around the best, or a threshold with fewer experts");
  }

  @Test
  void coordinatesMoveOneStepFromOneModelToAnother() {
    Refinement refinement = new Refinement.Coordinate(MIN, MAX, new BigDecimal("0.05"));

    assertThat(refinement.around(new Weights(List.of(7, 2, 1), 10)))
        .extracting(Weights::toString)
        .containsExactlyInAnyOrder(
            "0.75 0.15 0.1", "0.65 0.25 0.1", "0.65 0.2 0.15", "0.7 0.15 0.15");
  }

  @Test
  void coordinatesLeaveWeightsOffTheGridExact() {
    Refinement refinement = new Refinement.Coordinate(MIN, MAX, new BigDecimal("0.1"));

    assertThat(refinement.around(Weights.uniform(3)))
        .hasSize(6)
        .contains(new Weights(List.of(13, 7, 10), 30));
  }

  @Test
  void successiveRefinementIsAllThatLiesWithinReach() {
    Weights best = new Weights(List.of(7, 2, 1), 10);
    Refinement refinement = new Refinement.Successive(MIN, MAX, new BigDecimal("0.05"), 2);
    List<Weights> expected = new ArrayList<>();
    for (int first = 60; first <= 80; first += 5) {
      for (int second = 10; second <= 30; second += 5) {
        int third = 100 - first - second;
        if (third >= 10 && third <= 20 && !(first == 70 && second == 20)) {
          expected.add(new Weights(List.of(first, second, third), 100));
        }
      }
    }

    assertThat(refinement.around(best)).containsExactlyElementsOf(expected);
  }

  @Test
  void refinementThatCannotEndIsRefused() {
    Refinement wide = new Refinement.Successive(MIN, MAX, new BigDecimal("0.001"), 100);
    Refinement fine = new Refinement.Coordinate(MIN, MAX, new BigDecimal("1e-12"));

    assertThatThrownBy(() -> wide.around(Weights.uniform(4)))
        .isInstanceOf(SoceException.class)
        .hasMessageEndingWith(
            " soups around the best are too many; refine by coordinates, or reach less far");
    assertThatThrownBy(() -> fine.around(Weights.uniform(2)))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "a step of 0.000000000001 is too fine for weights of 0.5 0.5; refine with a larger one");
  }
}
