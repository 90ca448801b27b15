package dev.stockpot.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1.00",
    "0.001953125, 0.00195",
    "1.5e-9, 1.50e-09",
    "123, 123",
    "123456, 1.23e+05",
    "Infinity, Infinity"
  })
  void measuresHaveThreeDigits(double value, String expected) {
    assertThat(Numbers.measure(value)).isEqualTo(expected);
  }
}
