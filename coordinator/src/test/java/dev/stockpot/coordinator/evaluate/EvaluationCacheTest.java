package dev.stockpot.coordinator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stockpot.coordinator.evaluate.Evaluation.Scored;
import dev.stockpot.coordinator.journal.JournalFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores that were kept come back to the bit, or not at all. */
class EvaluationCacheTest {

  private static final List<String> CATEGORIES = List.of("add", "max");
  private static final Scored SCORED =
      new Scored(
          Map.of("add", 0.1 + 0.2, "max", 71.25), Map.of("add", 400L), Duration.ofMillis(1234));

  @TempDir private Path directory;

  private EvaluationCache cache() {
    return new EvaluationCache(directory.resolve("cache"));
  }

  private Path entry() throws Exception {
    assertThat(entries()).hasSize(1);
    return entries().getFirst();
  }

  private List<Path> entries() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("cache"))) {
      return files.filter(file -> file.toString().endsWith(".scores")).toList();
    }
  }

  @Test
  void whatIsPutIsFound() throws Exception {
    assertThat(cache().find("c0ffee", CATEGORIES)).isEmpty();
    cache().put("c0ffee", SCORED);
    assertThat(cache().find("c0ffee", CATEGORIES)).contains(SCORED);
    assertThat(cache().find("decaf", CATEGORIES)).isEmpty();
  }

  @Test
  void aLaterResultTakesThePlaceOfAnEarlierOne() throws Exception {
    cache().put("c0ffee", new Scored(Map.of("add", 1.0), Map.of(), Duration.ZERO));
    cache().put("c0ffee", SCORED);
    assertThat(cache().find("c0ffee", CATEGORIES)).contains(SCORED);
    assertThat(entries()).hasSize(1);
  }

  @Test
  void aCategoryThatIsNotKeptMeansThatNothingIsFound() throws Exception {
    cache().put("c0ffee", SCORED);
    assertThat(cache().find("c0ffee", List.of("add", "rev"))).isEmpty();
    assertThat(cache().find("c0ffee", List.of("add")).orElseThrow().scores())
        .isEqualTo(Map.of("add", 0.1 + 0.2));
  }

  @Test
  void aDamagedEntryIsNotBelieved() throws Exception {
    cache().put("c0ffee", SCORED);
    byte[] whole = Files.readAllBytes(entry());
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      Files.write(entry(), damaged);
      assertThat(cache().find("c0ffee", CATEGORIES)).as("byte " + i).isEmpty();
    }
    Files.write(entry(), Arrays.copyOf(whole, whole.length / 2));
    assertThat(cache().find("c0ffee", CATEGORIES)).isEmpty();
    cache().put("c0ffee", SCORED);
    assertThat(cache().find("c0ffee", CATEGORIES)).contains(SCORED);
  }

  @Test
  void anEntryOfAnotherHashOrVersionIsNotBelieved() throws Exception {
    cache().put("c0ffee", SCORED);
    Path entry = entry();
    Files.copy(entry, directory.resolve("cache/decaf.scores"));
    assertThat(cache().find("decaf", CATEGORIES)).isEmpty();
    String json =
        Files.readString(entry).substring(9).replace("\"version\":1", "\"version\":2").strip();
    JournalFile.of(directory.resolve("cache/c0ffee.scores")).replace(List.of(json));
    assertThat(Files.readString(directory.resolve("cache/c0ffee.scores"), StandardCharsets.UTF_8))
        .contains("\"version\":2");
    assertThat(cache().find("c0ffee", CATEGORIES)).isEmpty();
  }

  @Test
  void aHashThatIsNoNameOfAFileIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cache().find("../../etc/passwd", CATEGORIES));
  }
}
