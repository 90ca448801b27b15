package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are large, broken, or not what they should be. */
class FactsReaderTest {
  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"chat_template\": ", "", "[]", "\0\1\2", "{} {}"})
  void aMalformedFileIsAWarning(String settings) {
    checkpoints.file("a", "tokenizer_config.json", settings);

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(warning -> {
          assertThat(warning.subjects()).containsExactly("a");
          assertThat(warning.message())
              .startsWith("tokenizer_config.json of 'a' says nothing: it is not")
              .endsWith("; check the file");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "README.md"})
  void aGitLfsPointerInTheFilesPlaceIsNamed(String file) {
    checkpoints.file(
        "a", file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 17\n");

    assertThat(checkpoints.warnings("a"))
        .extracting(Warning::message)
        .containsExactly(
            file
                + " of 'a' says nothing: it is a Git LFS pointer, not the file itself, which has 17"
                + " bytes; fetch it: run 'git lfs pull' in its directory; check the file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"num_attention_heads\": {}, \"rope_scaling\": [1], \"model_type\": null}",
        "{\"rms_norm_eps\": 1e999, \"rope_theta\": 1e-999, \"num_attention_heads\": 0}",
        "{\"hidden_size\": 12, \"num_attention_heads\": 5, \"text_config\": \"none\"}"
      })
  void settingsOfAnotherTypeAreNoMoreThanOther(String config) {
    checkpoints.file("a", "config.json", config);
    checkpoints.file("b", "config.json", config);

    assertThat(checkpoints.warnings("a", "b")).isEmpty();
    assertThat(checkpoints.problems("a", "b")).isEmpty();
  }

  @Test
  void deeplyNestedFilesAreRefusedAndNotFollowed() {
    checkpoints.file("a", "chat_template.json", "[".repeat(1_000_000));
    checkpoints.file("a", "README.md", "---\nx: " + "[".repeat(100_000) + "\n---\n");

    assertThat(checkpoints.warnings("a"))
        .extracting(Warning::message)
        .satisfiesExactly(
            config ->
                assertThat(config).startsWith("chat_template.json of 'a' says nothing: it is not"),
            card ->
                assertThat(card)
                    .isEqualTo(
                        "README.md of 'a' says nothing: its front matter is not YAML, so licence and"
                            + " base are unknown; check the file"));
  }

  @Test
  void aFileBeyondTheLimitIsNotRead() {
    checkpoints.file("a", "tokenizer_config.json", " ".repeat((16 << 20) + 1));

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("it is larger than 16 MiB"));
  }

  @Test
  void onlyTheFrontMatterOfALongModelCardIsRead() {
    checkpoints.file(
        "a", "README.md", "---\nlicense: cc-by-nd-4.0\n---\n" + "text\n".repeat(2_000_000));
    checkpoints.file("b", "README.md", "---\n" + "# no end\n".repeat(100_000));
    checkpoints.file("c", "README.md", "# A card without front matter\n");

    assertThat(checkpoints.warnings("a")).hasSize(1);
    assertThat(checkpoints.warnings("b"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("its front matter does not end"));
    assertThat(checkpoints.warnings("c")).isEmpty();
  }

  @Test
  void frontMatterIsReadPastStructuresThatDoNotMatter() {
    checkpoints.file(
        "a",
        "README.md",
        """
        \uFEFF---\r
        model-index:\r
        - name: x\r
          results: [{license: mit}]\r
        anchors: &a {b: c}\r
        more: *a\r
        license: "cc-by-nd-4.0"\r
        ---\r
        """);

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("'cc-by-nd-4.0' in 'a'"));
  }

  @Test
  void controlCharactersOfAFileDoNotReachTheTerminal() {
    checkpoints.card("a", "license: \"\\e[31mred\\nline\"");

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("'\\u001b[31mred\\u000aline' in 'a'"));
  }

  @Test
  void aDirectoryInAFilesPlaceIsNamed() throws IOException {
    Files.createDirectories(directory.resolve("a/tokenizer_config.json"));

    assertThat(checkpoints.warnings("a"))
        .singleElement()
        .satisfies(w ->
            assertThat(w.message())
                .startsWith("tokenizer_config.json of 'a' says nothing: it is no regular file"));
  }
}
