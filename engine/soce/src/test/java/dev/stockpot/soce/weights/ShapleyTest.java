package dev.stockpot.soce.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.soce.SoceException;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShapleyTest {
  private static final Map<Weights, Double> GOLDEN =
      Map.of(
          Weights.only(0, 3), 40.0,
          Weights.only(1, 3), 50.0,
          Weights.only(2, 3), 30.0,
          Weights.among(List.of(0, 1), 3), 54.0,
          Weights.among(List.of(0, 2), 3), 38.0,
          Weights.among(List.of(1, 2), 3), 46.0,
          Weights.uniform(3), 51.0);

  private static double golden(Weights soup) {
    Double score = GOLDEN.get(soup);
    assertThat(score).as(soup.toString()).isNotNull();
    return score == null ? 0 : score;
  }

  private static double[] values(Shapley shapley, ToDoubleFunction<Weights> score, double empty) {
    return shapley.values(score, empty).stream().mapToDouble(ShapleyValue::value).toArray();
  }

  @ParameterizedTest
  @CsvSource({"0, 17, 26, 8", "30, 7, 16, -2"})
  void theGoldenGameHasItsKnownValues(double empty, double first, double second, double third) {
    Shapley exact = Shapley.exact(ShapleyGame.ofModels(3));

    assertThat(values(exact, ShapleyTest::golden, empty))
        .containsExactly(new double[] {first, second, third}, within(1e-12));
    assertThat(exact.soups()).containsExactlyInAnyOrderElementsOf(GOLDEN.keySet());
  }

  @Test
  void coalitionsOfSixPairsCost51Soups() {
    ShapleyGame pairs = ShapleyGame.ofPairs(4);

    assertThat(pairs.players()).hasSize(6);
    assertThat(Shapley.exact(pairs).soups()).hasSize(51);
  }

  @Test
  void aSoupOfSoupsIsASoup() {
    ShapleyGame pairs = ShapleyGame.ofPairs(3);

    assertThat(pairs.players()).containsExactly(List.of(0, 1), List.of(0, 2), List.of(1, 2));
    assertThat(pairs.soup(List.of(0, 1))).isEqualTo(new Weights(List.of(2, 1, 1), 4));
    assertThat(pairs.soup(List.of(0, 1, 2))).isEqualTo(Weights.uniform(3));
    assertThat(ShapleyGame.ofTriples(4).soup(List.of(0, 3)))
        .isEqualTo(new Weights(List.of(1, 2, 2, 1), 6));
  }

  @Test
  void exactValuesAreTheMeansOverAllOrders() {
    ShapleyGame game = ShapleyGame.ofPairs(4);
    ToDoubleFunction<Weights> score = arbitrary(3);
    double[] sums = new double[6];
    List<List<Integer>> orders = new ArrayList<>();
    addOrders(new ArrayList<>(), 6, orders);
    for (List<Integer> order : orders) {
      double before = 5;
      for (int joined = 1; joined <= 6; joined++) {
        double after = score.applyAsDouble(game.soup(order.subList(0, joined)));
        sums[order.get(joined - 1)] += (after - before) / orders.size();
        before = after;
      }
    }

    assertThat(orders).hasSize(720);
    assertThat(values(Shapley.exact(game), score, 5)).containsExactly(sums, within(1e-9));
  }

  private static void addOrders(List<Integer> begun, int n, List<List<Integer>> orders) {
    if (begun.size() == n) {
      orders.add(List.copyOf(begun));
    }
    for (int player = 0; player < n; player++) {
      if (!begun.contains(player)) {
        begun.add(player);
        addOrders(begun, n, orders);
        begun.removeLast();
      }
    }
  }

  /** Any function of the weights that is the same for equal weights. */
  private static ToDoubleFunction<Weights> arbitrary(int seed) {
    return weights -> 100 * new Random(31L * weights.hashCode() + seed).nextDouble();
  }

  @Test
  void sampledValuesSumToWhatThereIsToShare() {
    ToDoubleFunction<Weights> score = arbitrary(4);
    Shapley sampled = Shapley.sampled(ShapleyGame.ofModels(12), 7, 42);

    assertThat(IntStream.range(0, 12).mapToDouble(i -> values(sampled, score, 3)[i]).sum())
        .isCloseTo(score.applyAsDouble(Weights.uniform(12)) - 3, within(1e-9));
    assertThat(sampled.soups().size()).isLessThanOrEqualTo(7 * 12);
  }

  /** If it is honest, two thirds of the estimates lie within one of the truth, and 95 % in two. */
  @Test
  void theStandardErrorIsHonest() {
    ShapleyGame game = ShapleyGame.ofModels(6);
    ToDoubleFunction<Weights> score = arbitrary(5);
    double[] exact = values(Shapley.exact(game), score, 0);
    int estimates = 0;
    int withinOne = 0;
    int withinTwo = 0;
    for (int seed = 0; seed < 200; seed++) {
      List<ShapleyValue> sampled = Shapley.sampled(game, 60, seed).values(score, 0);
      for (int player = 0; player < 6; player++) {
        double error = sampled.get(player).standardError().orElseThrow();
        double off = Math.abs(sampled.get(player).value() - exact[player]);
        estimates++;
        withinOne += off <= error ? 1 : 0;
        withinTwo += off <= 2 * error ? 1 : 0;
      }
    }

    assertThat((double) withinOne / estimates).isBetween(0.62, 0.74);
    assertThat((double) withinTwo / estimates).isBetween(0.93, 0.975);
  }

  @Test
  void theSameSeedSamplesTheSameOrders() {
    ShapleyGame game = ShapleyGame.ofModels(12);

    assertThat(Shapley.sampled(game, 5, 1)).isEqualTo(Shapley.sampled(game, 5, 1));
    assertThat(Shapley.sampled(game, 5, 1)).isNotEqualTo(Shapley.sampled(game, 5, 2));
  }

  @Test
  void gamesThatCannotBePlayedAreRefusedWithTheCure() {
    assertThatThrownBy(() -> Shapley.exact(ShapleyGame.ofModels(11)))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "exact Shapley values of 11 players need every coalition of them; at most 10 can be"
                + " exact, sample orders instead");
    assertThatThrownBy(() -> Shapley.sampled(ShapleyGame.ofModels(3), 1, 1))
        .hasMessage("a standard error needs at least 2 sampled orders, not 1");
    assertThatThrownBy(() -> ShapleyGame.ofTriples(2))
        .hasMessage("0 players are no game for Shapley values; choose 1 to 1000");
  }
}
