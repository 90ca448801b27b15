package dev.stockpot.worker.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PciIdTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"00000000:C1:00.0", "0000:c1:00.0", "0000:C1:00", "0:c1:0.0", " 0000:c1:00.0 "})
  void aPlaceIsTheSameHoweverItIsWritten(String text) {
    assertThat(PciId.parse(text)).contains(new PciId(0, 0xc1, 0));
  }

  @Test
  void everyPartCounts() {
    assertThat(PciId.parse("0001A2B3:c1:1f.0")).contains(new PciId(0x1a2b3, 0xc1, 0x1f));
    assertThat(PciId.parse("0000:c1:01.0")).isNotEqualTo(PciId.parse("0000:c1:00.0"));
    assertThat(PciId.parse("0001:c1:00.0")).isNotEqualTo(PciId.parse("0000:c1:00.0"));
  }

  @Test
  void itIsShownAsLinuxWritesIt() {
    assertThat(new PciId(0, 0x18, 0)).hasToString("0000:18:00.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "c1:00.0", "0000:xx:00.0", "0000:c1:00.0.0", "123456789:c1:00.0"})
  void anotherTextIsNone(String text) {
    assertThat(PciId.parse(text)).isEmpty();
  }
}
