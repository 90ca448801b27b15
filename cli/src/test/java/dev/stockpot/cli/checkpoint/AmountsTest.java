package dev.stockpot.cli.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.Sizes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "999994, 999.99 kB",
    "999996, 1.00 MB",
    "2470000000, 2.47 GB",
    "9223372036854775807, 9.22 EB"
  })
  void bytesAreInPowersOfTen(long bytes, String expected) {
    assertThat(Sizes.format(bytes)).isEqualTo(expected);
  }

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
    assertThat(Amounts.measure(value)).isEqualTo(expected);
  }
}
