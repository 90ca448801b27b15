package dev.stockpot.checkpoint.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

  @Test
  void whatATerminalOrAReaderWouldObeyIsShownInstead() {
    assertThat(Printable.line("a\nb\rc\td\u001b[2Je\u007ff\u009bg"))
        .isEqualTo("a\\u000ab\\u000dc\\u0009d\\u001b[2Je\\u007ff\\u009bg");
    assertThat(Printable.line("x\u2028y\u2029z")).isEqualTo("x\\u2028y\\u2029z");
    assertThat(Printable.line("half \ud800")).isEqualTo("half \\ud800");
  }

  @Test
  void noControlCharacterIsLeft() {
    IntStream.concat(
            IntStream.concat(IntStream.range(0, 0x20), IntStream.rangeClosed(0x7f, 0x9f)),
            IntStream.concat(
                IntStream.rangeClosed(0x2028, 0x202e), IntStream.rangeClosed(0x2066, 0x2069)))
        .forEach(c ->
            assertThat(Printable.line(Character.toString(c))).isEqualTo("\\u%04x".formatted(c)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "model.layers.0", "größer 雪 🍲", "a\\b", "'quoted'"})
  void whatShowsAsItselfStays(String text) {
    assertThat(Printable.line(text)).isSameAs(text);
  }

  @Test
  void whereLinesAreMeantTheOthersAreToldFromOurs() {
    String problems = "two problems:\n\ta\u001b[1A\nb";
    assertThat(Printable.lines(problems)).isEqualTo("two problems:\n\ta\\u001b[1A\nb");
    assertThat(Printable.indented(problems, 2)).isEqualTo("two problems:\n  \ta\\u001b[1A\n  b");
  }

  @Test
  void aLongNameIsCutBetweenCharacters() {
    assertThat(Printable.text("x".repeat(200))).isEqualTo("x".repeat(200));
    assertThat(Printable.text("🍲".repeat(150))).isEqualTo("🍲".repeat(100) + "… (300 characters)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "/models/a-b_1.0@main | /models/a-b_1.0@main",
        "my models/x | 'my models/x'",
        "$(touch x) | '$(touch x)'",
        "it's; `id` | 'it'\\''s; `id`'"
      })
  void aWordOfACommandIsObeyedByNoShell(String raw, String word) {
    assertThat(Printable.word(raw)).isEqualTo(word);
  }
}
