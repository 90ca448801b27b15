package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which licence a merge may carry. */
final class ResultLicenseTest {

  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  @ParameterizedTest
  @CsvSource({
    "apache-2.0, apache-2.0, apache-2.0",
    "mit, apache-2.0, apache-2.0",
    "mit, bsd-3-clause,",
    "llama3.1, apache-2.0, llama3.1",
    "cc-by-nc-4.0, llama3.1,",
    "cc-by-nc-4.0, mit, cc-by-nc-4.0",
    "gpl-3.0, gpl-3.0, gpl-3.0",
    "gpl-3.0, apache-2.0,",
    "acme, acme, acme",
    "acme, mit,",
    "cc-by-nd-4.0, cc-by-nd-4.0,",
  })
  void theStricterOfTwoIsTheResultsWhereThatIsPlain(String one, String other, String result) {
    checkpoints.card("a", "license: " + one);
    checkpoints.card("b", "license: " + other);
    assertThat(checkpoints.license("a", "b").id()).isEqualTo(Optional.ofNullable(result));
  }

  @Test
  void anIngredientThatNamesNoneLeavesTheResultWithoutOne() {
    checkpoints.card("a", "license: mit");
    checkpoints.card("b", "tags: [x]");
    checkpoints.file("c", "config.json", "{}");
    assertThat(checkpoints.license("a").id()).contains("mit");
    assertThat(checkpoints.license("a", "b").id()).isEmpty();
    assertThat(checkpoints.license("a", "c").id()).isEmpty();
    assertThat(checkpoints.license("a", "c").words()).isEqualTo("mit (a)");
  }

  @Test
  void ingredientsOfOneNameCountEach() {
    checkpoints.card("a", "license: cc-by-nc-4.0");
    checkpoints.card("b", "license: mit");
    ResultLicense license =
        Compatibility.license(
            Stream.of("a", "b")
                .map(each ->
                    new NamedCheckpoint(
                        "final", directory.resolve(each), Optional.<HfConfig>empty()))
                .toList());
    assertThat(license.id()).contains("cc-by-nc-4.0");
    assertThat(license.words()).isEqualTo("cc-by-nc-4.0 (final), mit (final)");
  }

  @Test
  void aLicenceOfItsOwnKeepsItsName() {
    for (String name : new String[] {"a", "b"}) {
      checkpoints.card(name, "license: other", "license_name: acme-1");
    }
    ResultLicense license = checkpoints.license("a", "b");
    assertThat(license.id()).contains("other");
    assertThat(license.name()).contains("acme-1");
    checkpoints.card("b", "license: other");
    assertThat(checkpoints.license("b").id()).isEmpty();
  }
}
