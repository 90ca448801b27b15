package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.yaml.InvalidPlanException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the whole error text of each plan in {@code malformed-plans.txt}: a title after {@code
 * ===}, the plan, {@code ~~~}, and the text, in which {@code $DIR} is the plan's directory.
 */
class MalformedPlansTest {
  @TempDir private static Path directory;

  record Case(String title, String plan, String errors) {
    @Override
    public String toString() {
      return title;
    }
  }

  @BeforeAll
  static void makeCheckpoints() throws IOException {
    for (String checkpoint : List.of("a", "b", "c", "checkpoints/ToolACE-2")) {
      Files.createDirectories(directory.resolve(checkpoint));
    }
    Files.createFile(directory.resolve("m.safetensors"));
    Files.createFile(directory.resolve("notes.txt"));
  }

  static List<Case> cases() throws IOException {
    try (InputStream in = MalformedPlansTest.class.getResourceAsStream("malformed-plans.txt")) {
      String table = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      List<Case> cases = new ArrayList<>();
      for (String entry : table.substring("=== ".length()).split("\n=== ", -1)) {
        int titleEnd = entry.indexOf('\n');
        int planEnd = entry.indexOf("\n~~~\n");
        cases.add(
            new Case(
                entry.substring(0, titleEnd),
                entry.substring(titleEnd + 1, planEnd + 1),
                entry.substring(planEnd + "\n~~~\n".length()).strip()));
      }
      return cases;
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aMalformedPlanIsRefusedWithExactlyThisText(Case malformed) {
    InvalidPlanException refused =
        catchThrowableOfType(
            InvalidPlanException.class,
            () ->
                PlanReader.parseAny(
                    malformed.plan(), Path.of("plan.yaml"), directory, AllowedRoots.everywhere()));

    assertThat(refused).hasMessage("%s", malformed.errors().replace("$DIR", directory.toString()));
  }

  @Test
  void theTableIsLong() throws IOException {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(90);
  }
}
