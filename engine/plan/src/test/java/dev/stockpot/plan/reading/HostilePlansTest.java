package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.InvalidPlanException.PlanProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that no one wrote as a plan: each gets an answer, soon, and in bounded memory. */
@Timeout(20)
class HostilePlansTest {
  @TempDir private Path directory;

  private String refusal(String text) {
    return String.valueOf(refused(text).getMessage());
  }

  private InvalidPlanException refused(String text) {
    return catchThrowableOfType(
        InvalidPlanException.class, () -> PlanReader.parse(text, Path.of("p"), directory));
  }

  private String refusal(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("p"), bytes);
    InvalidPlanException refused =
        catchThrowableOfType(InvalidPlanException.class, () -> PlanReader.read(file));
    return String.valueOf(refused.getMessage()).replace(directory + "/", "");
  }

  @Test
  void aFileOfTenMegabytesIsRefusedUnread() throws IOException {
    assertThat(refusal(new byte[10_000_000]))
        .isEqualTo("p:1:1: the file is larger than 1 MiB; is it a plan?\n\n^");
    assertThat(refusal("# long\n".repeat(1_500_000)))
        .isEqualTo("p:1:1: the file is larger than 1 MiB; is it a plan?\n\n^");
  }

  @Test
  void anEmptyFileHoldsNoPlan() throws IOException {
    assertThat(refusal(new byte[0]))
        .isEqualTo("p:1:1: the file holds no plan; config/plans has examples\n\n^");
  }

  @Test
  void bytesThatAreNotUtf8AreNamedWithTheirPlace() throws IOException {
    byte[] latin1 = "version: 1\nmethod: linéar\n".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(refusal(latin1))
        .isEqualTo(
            """
            p:2:12: the byte 0xE9 is not UTF-8; save the file as UTF-8
            method: lin
                       ^\
            """);
  }

  @Test
  void aCharacterCutOffByTheEndOfTheFileIsNotUtf8() throws IOException {
    assertThat(refusal(new byte[] {'a', ':', ' ', (byte) 0xE2, (byte) 0x82}))
        .startsWith("p:1:4: the byte 0xE2 is not UTF-8");
  }

  @Test
  void utf16IsNotUtf8() throws IOException {
    assertThat(refusal("version: 1".getBytes(StandardCharsets.UTF_16)))
        .startsWith("p:1:1: the byte 0xFE is not UTF-8; save the file as UTF-8");
  }

  @Test
  void aControlCharacterIsNamedWithItsPlaceAndNotPrinted() {
    assertThat(refusal("version: 1\r\nmethod: \u0007linear"))
        .isEqualTo(
            """
            p:2:9: the character U+0007 is not allowed in YAML; remove it
            method: \uFFFDlinear
                    ^\
            """);
  }

  @Test
  void deepNestingIsRefusedBeforeItIsFollowed() {
    for (String open : List.of("[", "{a: ", "- ", "? ")) {
      assertThat(refusal(open.repeat(200_000)))
          .startsWith("p:1:")
          .contains("nested more than 20 levels deep; a plan needs three");
    }
  }

  @Test
  void anAliasBombIsRefusedUnexploded() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      int below = i - 1;
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, below, below));
    }

    assertThat(refusal(bomb.toString()))
        .startsWith("p:2:10: an alias ('*a0') may repeat a word or a number, not a list");
  }

  @Test
  void tabsBeforeTheCaretStayTabs() {
    assertThat(refusal("version:\t2\n")).endsWith("version:\t2\n        \t^");
  }

  @Test
  void aLongLineIsShownAroundItsCaret() {
    String plan =
        "{donor: '" + "x".repeat(300) + "', version: 2, dtype: '" + "y".repeat(300) + "'}";

    PlanProblem version =
        refused(plan).problems().stream()
            .filter(problem -> problem.message().startsWith("version"))
            .findFirst()
            .orElseThrow();

    assertThat(version.column()).isEqualTo(322);
    String[] snippet = version.snippet().split("\n", -1);
    assertThat(snippet[0]).hasSize(106).startsWith("...").endsWith("...");
    assertThat(snippet[0].charAt(snippet[1].indexOf('^'))).isEqualTo('2');
  }

  @Test
  void manyMistakesAreCountedAndNotAllPrinted() {
    InvalidPlanException refused = refused("{" + "x: 1, ".repeat(100_000) + "}");

    assertThat(refused.problems()).hasSize(101);
    assertThat(refused.problems().getLast().message())
        .isEqualTo("and 99904 more mistakes; mend these first");
  }

  @Test
  void thousandsOfPlansInOneFileAreReadInLinearTime() throws Exception {
    Files.createDirectory(directory.resolve("a"));
    StringBuilder plans = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      plans.append("version: 1\nmethod: linear\nmodels: [{model: a, weight: 1}]\n");
      plans.append("output: {path: o/").append(i).append("}\n---\n");
    }
    String text = plans.substring(0, plans.length() - "---\n".length());

    assertThat(PlanReader.parse(text, Path.of("p"), directory)).hasSize(4_000);
  }

  @Test
  void randomChangesOfAPlanAreReadOrRefusedButNeverCrash() throws Exception {
    String plan =
        """
        version: 1
        method: linear
        models:
          - model: a # first
            weight: "1/3"
          - {model: b, weight: 2/3}
        dtype: bfloat16
        output: {path: out/soup, shard_size: 5GB}
        """;
    String alphabet = "\n\t\r :-[]{}#&*!|>'\"%@`?,./\\\0é\uFEFF\uD83Dabc019~<";
    Random random = new Random(17);
    int refused = 0;
    for (int i = 0; i < 8_000; i++) {
      StringBuilder changed = new StringBuilder(plan);
      for (int change = 1 + random.nextInt(3); change > 0; change--) {
        int at = random.nextInt(changed.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> changed.insert(at, c);
          case 1 -> changed.setCharAt(at, c);
          default -> changed.deleteCharAt(at);
        }
      }
      try {
        PlanReader.parse(changed.toString(), Path.of("p"), directory);
      } catch (InvalidPlanException e) {
        refused++;
        assertThat(e.problems())
            .allSatisfy(problem -> {
              assertThat(problem.line()).isBetween(1, 15);
              assertThat(problem.column()).isPositive();
              assertThat(problem.message()).doesNotContain("\n").isNotBlank();
            });
      }
    }
    assertThat(refused).isEqualTo(8_000);
  }
}
