package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompatibilityTest {
  private static final String LLAMA =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 128256,
       "max_position_embeddings": 131072, "rope_theta": 500000.0,
       "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}
      """;

  @TempDir private Path directory;

  private void file(String checkpoint, String file, String text) {
    try {
      Files.createDirectories(directory.resolve(checkpoint));
      Files.writeString(directory.resolve(checkpoint).resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void card(String checkpoint, String... lines) {
    file(checkpoint, "README.md", "---\n" + String.join("\n", lines) + "\n---\n# A model\n");
  }

  private List<Warning> warnings(String... checkpoints) {
    return Compatibility.warnings(
        Stream.of(checkpoints)
            .map(name -> new NamedCheckpoint(name, directory.resolve(name)))
            .toList());
  }

  @Test
  void checkpointsThatSayTheSameGiveNoWarning() {
    for (String name : List.of("a", "b")) {
      file(name, "config.json", LLAMA);
      file(name, "tokenizer.json", "{}");
      file(name, "tokenizer_config.json", "{\"chat_template\": \"{{ messages }}\"}");
      card(name, "base_model: meta-llama/Llama-3.1-8B-Instruct", "license: apache-2.0");
    }

    assertThat(warnings("a", "b")).isEmpty();
  }

  @Test
  void directoriesThatSayNothingOrAreNotThereGiveNoWarning() throws IOException {
    Files.createDirectory(directory.resolve("a"));

    assertThat(warnings("a", "missing")).isEmpty();
  }

  @Test
  void filesBesideASingleSafetensorsFileAreItsOwn() throws IOException {
    file("a", "config.json", "{\"quantization_config\": {\"quant_method\": \"gptq\"}}");
    Path weights = Files.createFile(directory.resolve("a/model.safetensors"));

    assertThat(Compatibility.warnings(List.of(new NamedCheckpoint("m", weights))))
        .containsExactly(
            new Warning(
                List.of("m"),
                "'m' is quantised (config.json: quantization_config, 'gptq'); packed weights cannot"
                    + " be averaged: use the checkpoint it was made from"));
  }

  @Test
  void differentArchitecturesAndVocabulariesAreNamed() {
    file("a", "config.json", LLAMA);
    file("b", "config.json", LLAMA.replace("Llama", "Qwen2").replace("128256", "151936"));
    file("c", "config.json", LLAMA);

    assertThat(warnings("a", "b", "c"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "the architectures differ (config.json): 'LlamaForCausalLM' in 'a', 'c';"
                    + " 'Qwen2ForCausalLM' in 'b'; such checkpoints hardly belong together: merge"
                    + " models of one architecture"),
            new Warning(
                List.of("a", "b", "c"),
                "vocab_size differs (config.json): '128256' in 'a', 'c'; '151936' in 'b'; their"
                    + " embeddings have different shapes: merge models that share a vocabulary"));
  }

  @Test
  void modelTypesAreComparedWhereArchitecturesAreNotGiven() {
    file("a", "config.json", "{\"model_type\": \"llama\"}");
    file("b", "config.json", "{\"model_type\": \"mistral\"}");

    assertThat(warnings("a", "b"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).startsWith("model_type differs (config.json): "));
  }

  @Test
  void ropeSettingsAreComparedAcrossTheirOldAndNewSpelling() {
    file("old", "config.json", "{\"rope_theta\": 10000, \"rope_scaling\": null}");
    file(
        "new",
        "config.json",
        "{\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}");
    file("far", "config.json", "{\"text_config\": {\"rope_theta\": 5e5}}");

    assertThat(warnings("old", "new")).isEmpty();
    assertThat(warnings("old", "far"))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.message())
                .isEqualTo(
                    "the rope settings differ (config.json): '{rope_theta=10000}' in 'old';"
                        + " '{rope_theta=500000}' in 'far'; the result gets the donor's (see"
                        + " 'donor' in the plan): make sure that they stem from one generation"
                        + " of the base"));
  }

  @Test
  void differentContextLengthsAreNamed() {
    file("a", "config.json", "{\"max_position_embeddings\": 8192}");
    file("b", "config.json", "{\"max_position_embeddings\": 131072}");

    assertThat(warnings("a", "b"))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.message())
                .startsWith(
                    "max_position_embeddings differs (config.json): '8192' in 'a'; '131072' in"
                        + " 'b'; the result gets the donor's"));
  }

  @Test
  void tokenizersThatDifferAreNamedByFile() {
    file("a", "tokenizer.json", "{\"version\": 1}");
    file("b", "tokenizer.json", "{\"version\": 2}");
    file("a", "tokenizer.model", "same");
    file("b", "tokenizer.model", "same");

    assertThat(warnings("a", "b"))
        .containsExactly(
            new Warning(
                List.of("a", "b"),
                "tokenizer.json differs: 'a' against 'b'; where a token has another id the soup is"
                    + " spoiled for it. Compare the files; the result gets the donor's (see 'donor'"
                    + " in the plan)"));
  }

  @Test
  void chatTemplatesAreComparedWhereverTheyAreKept() {
    file("a", "tokenizer_config.json", "{\"chat_template\": \"{{ x }}\"}");
    file("b", "chat_template.jinja", "{{ x }}");
    file("c", "chat_template.json", "{\"chat_template\": \"{{ y }}\"}");

    assertThat(warnings("a", "b")).isEmpty();
    assertThat(warnings("a", "b", "c"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "the chat templates differ: 'a', 'b' against 'c'; the result gets the donor's (see"
                    + " 'donor' in the plan): name the one whose format you will prompt with"));
  }

  @Test
  void baseAndInstructModelsMixedAreNamed() {
    file("a", "tokenizer.json", "{}");
    file("b", "tokenizer.json", "{}");
    file("b", "chat_template.jinja", "{{ x }}");
    file("Some-7B-Instruct", "config.json", "{}");

    assertThat(warnings("a", "b", "Some-7B-Instruct"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "Some-7B-Instruct"),
                "base and instruct models are mixed (by chat template, name, base and tags): 'base'"
                    + " in 'a'; 'instruct' in 'b', 'Some-7B-Instruct'; the result may follow"
                    + " instructions worse than its ingredients: merge models of one kind, or"
                    + " compare it with each before use"));
  }

  @Test
  void differentBasesAreNamed() {
    card("a", "license: mit", "base_model: meta-llama/Llama-3.1-8B");
    card("b", "license: mit", "base_model:", "  - Qwen/Qwen2.5-7B");
    file("c", "config.json", "{\"_name_or_path\": \"unsloth/Meta-Llama-3.1-8B\"}");
    file("d", "config.json", "{\"_name_or_path\": \"/data/checkpoint-500\"}");

    assertThat(warnings("a", "b", "c", "d"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "these come from different bases (base_model in README.md, _name_or_path in"
                    + " config.json): 'meta-llama/Llama-3.1-8B' in 'a', 'c'; 'Qwen/Qwen2.5-7B' in"
                    + " 'b'; averages of models that do not share a base are mostly noise: merge"
                    + " checkpoints of one base"));
    assertThat(warnings("a", "c", "d")).isEmpty();
  }

  @Test
  void aBaseAndWhatWasMadeOfWhatWasMadeOfItAreOfOneKin() {
    card("models/Llama-3.1-8B", "license: mit", "base_model: meta-llama/Llama-3.1-8B-pretraining");
    card("first", "license: mit", "base_model: [x/Llama-3.1-8B, x/tuned]");
    card("second", "license: mit", "base_model: x/tuned");

    assertThat(warnings("second", "models/Llama-3.1-8B")).hasSize(1);
    assertThat(warnings("second", "models/Llama-3.1-8B", "first")).isEmpty();
  }

  @Test
  void aNonCommercialIngredientMakesANonCommercialResult() {
    card("ToolACE", "license: apache-2.0");
    card("xLAM", "license: cc-by-nc-4.0");

    assertThat(warnings("ToolACE", "xLAM"))
        .containsExactly(
            new Warning(
                List.of("ToolACE", "xLAM"),
                "the licences do not go together (README.md): 'apache-2.0' in 'ToolACE';"
                    + " 'cc-by-nc-4.0' in 'xLAM'; the result may not be used commercially, like its"
                    + " most restricted ingredient: say so in its model card, or leave that"
                    + " ingredient out"));
    assertThat(warnings("xLAM")).isEmpty();
  }

  @Test
  void aCommunityLicenceIsNamedBesideAnother() {
    card("a", "license: llama3.1");
    card("b", "license: mit");

    assertThat(warnings("a", "b"))
        .containsExactly(
            new Warning(
                List.of("a", "b"),
                "a licence (README.md) is its maker's own, and its terms go over to the result"
                    + " (those of Llama ask for 'Llama' at the start of the result's name): read"
                    + " them before you share it: 'llama3.1' in 'a'; 'mit' in 'b'"));
    card("b", "license: llama3.1");
    assertThat(warnings("a", "b")).isEmpty();
  }

  @Test
  void aLicenceThatAsksForItselfIsNamedBesideAnother() {
    card("a", "license: gpl-3.0");
    card("b", "license: mit");

    assertThat(warnings("a", "b"))
        .singleElement()
        .satisfies(w ->
            assertThat(w.message()).contains("asks that what is made from it carries the same"));
  }

  @Test
  void aLicenceAgainstDerivativesIsNamedEvenAlone() {
    card("a", "license: cc-by-nc-nd-4.0");

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(
            w -> assertThat(w.message()).startsWith("the licence forbids passing on changed"));
  }

  @Test
  void unknownAndAbsentLicencesAreNamed() {
    card("a", "license: other", "license_name: acme-research");
    card("b", "tags: [x]");

    assertThat(warnings("a", "b"))
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

  @ParameterizedTest
  @ValueSource(strings = {"{\"vocab_size\": ", "", "[]", "\0\1\2", "{} {}"})
  void aMalformedConfigIsAWarning(String config) {
    file("a", "config.json", config);

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(warning -> {
          assertThat(warning.subjects()).containsExactly("a");
          assertThat(warning.message())
              .startsWith("config.json of 'a' says nothing: it is not")
              .endsWith("; check the file");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"architectures\": 7, \"vocab_size\": {}, \"rope_scaling\": [1], \"model_type\": null}",
        "{\"vocab_size\": 1e999, \"rope_theta\": 1e-999, \"_name_or_path\": [\"a/b\"]}",
        "{\"quantization_config\": 4, \"text_config\": \"none\"}"
      })
  void fieldsOfAnotherTypeSayNothing(String config) {
    file("a", "config.json", config);

    assertThat(warnings("a")).isEmpty();
  }

  @Test
  void deeplyNestedFilesAreRefusedAndNotFollowed() {
    file("a", "config.json", "[".repeat(1_000_000));
    file("a", "README.md", "---\nx: " + "[".repeat(100_000) + "\n---\n");

    assertThat(warnings("a"))
        .extracting(Warning::message)
        .satisfiesExactly(
            config -> assertThat(config).startsWith("config.json of 'a' says nothing: it is not"),
            card ->
                assertThat(card)
                    .isEqualTo(
                        "README.md of 'a' says nothing: its front matter is not YAML, so licence and"
                            + " base are unknown; check the file"));
  }

  @Test
  void aConfigBeyondTheLimitIsNotRead() {
    file("a", "config.json", " ".repeat((16 << 20) + 1));

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("it is larger than 16 MiB"));
  }

  @Test
  void onlyTheFrontMatterOfALongModelCardIsRead() {
    file("a", "README.md", "---\nlicense: cc-by-nd-4.0\n---\n" + "text\n".repeat(2_000_000));
    file("b", "README.md", "---\n" + "# no end\n".repeat(100_000));
    file("c", "README.md", "# A card without front matter\n");

    assertThat(warnings("a")).hasSize(1);
    assertThat(warnings("b"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("its front matter does not end"));
    assertThat(warnings("c")).isEmpty();
  }

  @Test
  void frontMatterIsReadPastStructuresThatDoNotMatter() {
    file(
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

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("'cc-by-nd-4.0' in 'a'"));
  }

  @Test
  void controlCharactersOfAFileDoNotReachTheTerminal() {
    card("a", "license: \"\\e[31mred\\nline\"");

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).contains("'\\u001b[31mred\\u000aline' in 'a'"));
  }

  @Test
  void aDirectoryInTheConfigsPlaceIsNamed() throws IOException {
    Files.createDirectories(directory.resolve("a/config.json"));

    assertThat(warnings("a"))
        .singleElement()
        .satisfies(w ->
            assertThat(w.message())
                .startsWith("config.json of 'a' says nothing: it is no regular file"));
  }
}
