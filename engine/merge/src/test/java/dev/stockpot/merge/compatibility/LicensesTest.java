package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LicensesTest {
  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  @Test
  void aNonCommercialIngredientMakesANonCommercialResult() {
    checkpoints.card("ToolACE", "license: apache-2.0");
    checkpoints.card("xLAM", "license: cc-by-nc-4.0");

    assertThat(checkpoints.warnings("ToolACE", "xLAM"))
        .containsExactly(
            new Warning(
                List.of("ToolACE", "xLAM"),
                "the licences do not go together (README.md): 'apache-2.0' in 'ToolACE';"
                    + " 'cc-by-nc-4.0' in 'xLAM'; the result may not be used commercially, like its"
                    + " most restricted ingredient: say so in its model card, or leave that"
                    + " ingredient out"));
    assertThat(checkpoints.warnings("xLAM")).isEmpty();
  }

  @Test
  void aCommunityLicenceIsNamedBesideAnother() {
    checkpoints.card("a", "license: llama3.1");
    checkpoints.card("b", "license: mit");

    assertThat(checkpoints.warnings("a", "b"))
        .containsExactly(
            new Warning(
                List.of("a", "b"),
                "a licence (README.md) is its maker's own, and its terms go over to the result"
                    + " (those of Llama ask for 'Llama' at the start of the result's name): read"
                    + " them before you share it: 'llama3.1' in 'a'; 'mit' in 'b'"));
    checkpoints.card("b", "license: llama3.1");
    assertThat(checkpoints.warnings("a", "b")).isEmpty();
  }

  @Test
  void aLicenceThatAsksForItselfIsNamedBesideAnother() {
    checkpoints.card("a", "license: gpl-3.0");
    checkpoints.card("b", "license: mit");

    assertThat(checkpoints.warnings("a", "b"))
        .singleElement()
        .satisfies(w ->
            assertThat(w.message()).contains("asks that what is made from it carries the same"));
  }

  @Test
  void aLicenceAgainstDerivativesIsNamedEvenAlone() {
    checkpoints.card("a", "license: cc-by-nc-nd-4.0");

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(
            w -> assertThat(w.message()).startsWith("the licence forbids passing on changed"));
  }

  @Test
  void unknownAndAbsentLicencesAreNamed() {
    checkpoints.card("a", "license: other", "license_name: acme-research");
    checkpoints.card("b", "tags: [x]");

    assertThat(checkpoints.warnings("a", "b"))
        .containsExactly(
            new Warning(
                List.of("a"),
                "this licence is not known here (README.md): 'acme-research' in 'a'; read it before"
                    + " you share the result"),
            new Warning(
                List.of("b"),
                "the model card names no licence (README.md): 'b'; ask its author before you share"
                    + " the result"));
  }
}
