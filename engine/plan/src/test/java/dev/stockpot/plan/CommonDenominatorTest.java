package dev.stockpot.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommonDenominatorTest {
  private static List<Fraction> weights(String... texts) {
    return Stream.of(texts).map(text -> Fraction.parse(text).orElseThrow()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 1, 10",
    "0.10, 1, 10",
    ".5, 1, 2",
    "5., 5, 1",
    "+1, 1, 1",
    "-0.25, -1, 4",
    "1e-3, 1, 1000",
    "2.5E2, 250, 1",
    "0, 0, 1",
    "-0, 0, 1",
    "1/3, 1, 3",
    "2/6, 1, 3",
    "-1 / 3, -1, 3",
    "10/5, 2, 1"
  })
  void aTextIsReadAsTheExactNumberItSays(String text, long numerator, long denominator) {
    assertThat(Fraction.parse(text)).contains(Fraction.of(numerator, denominator));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "e5",
        "1e",
        "1/0",
        "1/-3",
        "1/2/3",
        "0x10",
        "1_000",
        "1,5",
        "half",
        ".inf",
        "NaN",
        "1e100",
        "0.00000000000000000000000000000000000000001",
        "٣"
      })
  void anyOtherTextIsNoNumber(String text) {
    assertThat(Fraction.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"9, 10, 0.9", "11, 12, 11/12", "-1, 8, -0.125", "300, 1, 300", "0, 7, 0"})
  void aFractionIsShownAsADecimalWhereThatIsExact(long above, long below, String shown) {
    assertThat(Fraction.of(above, below)).hasToString(shown);
  }

  @Test
  void sevenTwoAndOneTenthsSumToExactlyOne() {
    CommonDenominator exact = CommonDenominator.of(weights("0.7", "0.2", "0.1"));

    assertThat(exact).isEqualTo(new CommonDenominator(List.of(7L, 2L, 1L), 10));
    assertThat(exact.sum()).isEqualTo(Fraction.ONE);
  }

  @Test
  void mixedSpellingsShareTheirLeastDenominator() {
    assertThat(CommonDenominator.of(weights("1/3", "0.5", "1/6")))
        .isEqualTo(new CommonDenominator(List.of(2L, 3L, 1L), 6));
  }

  @Test
  void negativeAndZeroWeightsKeepTheirPlace() {
    assertThat(CommonDenominator.of(weights("1.5", "0", "-0.5")))
        .isEqualTo(new CommonDenominator(List.of(3L, 0L, -1L), 2));
  }

  @Test
  void normalizedWeightsSumToOne() {
    CommonDenominator normalized = CommonDenominator.normalized(weights("2", "1/2", "0.5"));

    assertThat(normalized).isEqualTo(new CommonDenominator(List.of(4L, 1L, 1L), 6));
    assertThat(normalized.sum()).isEqualTo(Fraction.ONE);
  }

  @Test
  void aNegativeSumIsNormalizedToPositiveOne() {
    assertThat(CommonDenominator.normalized(weights("-3", "1")))
        .isEqualTo(new CommonDenominator(List.of(3L, -1L), 2));
  }

  @Test
  void normalizingMayUseWiderIntegersOnItsWay() {
    assertThat(CommonDenominator.normalized(weights("1e-20", "3e-20")))
        .isEqualTo(new CommonDenominator(List.of(1L, 3L), 4));
  }

  @Test
  void twoToThe53IsTheLastDenominator() {
    assertThat(CommonDenominator.of(weights("1/9007199254740992")).denominator())
        .isEqualTo(1L << 53);
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> CommonDenominator.of(weights("1/9007199254740993")))
        .withMessageContaining("2^53");
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> CommonDenominator.of(weights("-9007199254740993")))
        .withMessageContaining("2^53");
  }

  @Test
  void manyCoprimeDenominatorsAreRefusedBeforeTheyGrowWithoutBound() {
    List<Fraction> coprime =
        Stream.iterate(1L, n -> n + 1).limit(50_000).map(n -> Fraction.of(1, 2 * n + 1)).toList();

    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> CommonDenominator.normalized(coprime))
        .withMessageContaining("2^53");
  }
}
