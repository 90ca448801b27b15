package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class IntegerWeightsTest {
  @Test
  void weightsAreBroughtToLowestTerms() {
    assertThat(IntegerWeights.over(100, 20, 70, 10)).isEqualTo(IntegerWeights.over(10, 2, 7, 1));
    assertThat(IntegerWeights.over(10, 10).denominator()).isEqualTo(1);
    assertThat(IntegerWeights.over(6, -4, 0).numerators()).containsExactly(-2L, 0L);
    assertThat(IntegerWeights.over(1L << 60, Long.MIN_VALUE)).isEqualTo(IntegerWeights.over(1, -8));
  }

  @Test
  void whatADoubleCannotHoldIsRefusedWithTheWeightAndTheCure() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IntegerWeights.over(3, 1, (1L << 53) + 2))
        .withMessage(
            "weight 1 is 9007199254740994/3, and its numerator is over 2^53; give the weights with"
                + " fewer digits");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IntegerWeights.over((1L << 53) + 2, 1))
        .withMessage(
            "the weights' common denominator is 9007199254740994, over 2^53; give the weights with"
                + " fewer digits");
  }

  @Test
  void noWeightsAndDenominatorsThatAreNotPositiveAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IntegerWeights(List.of(), 1))
        .withMessage("no weights: a sum needs at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IntegerWeights.over(0, 1))
        .withMessage("the weights' common denominator is 0; it must be positive");
  }
}
