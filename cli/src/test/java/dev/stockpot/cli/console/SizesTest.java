package dev.stockpot.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "999994, 999.99 kB",
    "999995, 1.00 MB",
    "2471645608, 2.47 GB",
    "9223372036854775807, 9.22 EB"
  })
  void printsPowersOfTen(long bytes, String text) {
    assertThat(Sizes.format(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "512MB, 512000000",
    "2GB, 2000000000",
    "1GiB, 1073741824",
    "1gib, 1073741824",
    "64k, 64000",
    "3 TB, 3000000000000",
    "4096, 4096",
    "7B, 7"
  })
  void readsDecimalAndBinaryUnits(String text, long bytes) {
    assertThat(Sizes.parse(text)).contains(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GB", "-1GB", "1.5GB", "1 parsec", "1GBs", "99999999999999999999", "NaN"})
  void readsNothingElse(String text) {
    assertThat(Sizes.parse(text)).isEmpty();
  }

  @Test
  void aSizeBeyondALongIsNone() {
    assertThat(Sizes.parse("999999999999999TiB")).isEmpty();
  }
}
