package dev.stockpot.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputDtypesTest {

  @ParameterizedTest
  @CsvSource({
    "norm, norm, true",
    "norm, xnorm, false",
    "*norm, a.norm, true",
    "*norm, norm.a, false",
    "norm*, norm, true",
    "*, '', true",
    "**, a, true",
    "a*b*c, a.b.b.c, true",
    "a*b*c, a.c.b, false",
    "a*a, a, false",
    "a*a, aa, true",
    "ab*ba, aba, false",
    "*.gate.*, x.gate.weight, true",
    "*.gate.*, x-gate.weight, false",
    "a.b, axb, false",
    "[a], a, false"
  })
  void aStarIsAnyCharactersAndAllElseIsItself(String pattern, String tensor, boolean matches) {
    assertThat(OutputDtypes.matches(pattern, tensor)).isEqualTo(matches);
  }

  @Test
  void aPatternOfManyStarsTakesNoLonger() {
    String pattern = "*a".repeat(10_000) + "b";
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThat(OutputDtypes.matches(pattern, "a".repeat(100_000))).isFalse());
  }
}
