package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What config, tokenizer and lineage say. */
class CompatibilityTest {
  private static final String LLAMA =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 128256,
       "max_position_embeddings": 131072, "rope_theta": 500000.0,
       "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}
      """;

  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  @Test
  void checkpointsThatSayTheSameGiveNoWarning() {
    for (String name : List.of("a", "b")) {
      checkpoints.file(name, "config.json", LLAMA);
      checkpoints.file(name, "tokenizer.json", "{}");
      checkpoints.file(name, "tokenizer_config.json", "{\"chat_template\": \"{{ messages }}\"}");
      checkpoints.card(name, "base_model: meta-llama/Llama-3.1-8B-Instruct", "license: apache-2.0");
    }

    assertThat(checkpoints.warnings("a", "b")).isEmpty();
  }

  @Test
  void directoriesThatSayNothingOrAreNotThereGiveNoWarning() throws IOException {
    Files.createDirectory(directory.resolve("a"));

    assertThat(checkpoints.warnings("a", "missing")).isEmpty();
  }

  @Test
  void differentArchitecturesAreNamed() {
    checkpoints.file("a", "config.json", LLAMA);
    checkpoints.file(
        "b", "config.json", LLAMA.replace("Llama", "Qwen2").replace("128256", "151936"));
    checkpoints.file("c", "config.json", LLAMA);

    assertThat(checkpoints.warnings("a", "b", "c"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "the architectures differ (config.json): 'LlamaForCausalLM' in 'a', 'c';"
                    + " 'Qwen2ForCausalLM' in 'b'; such checkpoints hardly belong together: merge"
                    + " models of one architecture"));
  }

  @Test
  void modelTypesAreComparedWhereArchitecturesAreNotGiven() {
    checkpoints.file("a", "config.json", "{\"model_type\": \"llama\"}");
    checkpoints.file("b", "config.json", "{\"model_type\": \"mistral\"}");

    assertThat(checkpoints.warnings("a", "b"))
        .singleElement()
        .satisfies(w -> assertThat(w.message()).startsWith("model_type differs (config.json): "));
  }

  @Test
  void ropeSettingsAreComparedAcrossTheirOldAndNewSpelling() {
    checkpoints.file("old", "config.json", "{\"rope_theta\": 10000, \"rope_scaling\": null}");
    checkpoints.file(
        "new",
        "config.json",
        "{\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}");
    checkpoints.file("far", "config.json", "{\"text_config\": {\"rope_theta\": 5e5}}");

    assertThat(checkpoints.warnings("old", "new")).isEmpty();
    assertThat(checkpoints.warnings("old", "far"))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.message())
                .isEqualTo(
                    "the rope settings differ (config.json): rope_theta '10000' in 'old';"
                        + " '500000' in 'far'; the result gets the donor's (see"
                        + " 'donor' in the plan): make sure that they stem from one generation"
                        + " of the base"));
  }

  @Test
  void differentContextLengthsAreNamed() {
    checkpoints.file("a", "config.json", "{\"max_position_embeddings\": 8192}");
    checkpoints.file("b", "config.json", "{\"max_position_embeddings\": 131072}");

    assertThat(checkpoints.warnings("a", "b"))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.message())
                .startsWith(
                    "max_position_embeddings differs (config.json): '8192' in 'a'; '131072' in"
                        + " 'b'; the result gets the donor's"));
  }

  @Test
  void chatTemplatesAreComparedWhereverTheyAreKept() {
    checkpoints.file("a", "tokenizer_config.json", "{\"chat_template\": \"{{ x }}\"}");
    checkpoints.file("b", "chat_template.jinja", "{{ x }}");
    checkpoints.file("c", "chat_template.json", "{\"chat_template\": \"{{ y }}\"}");

    assertThat(checkpoints.warnings("a", "b")).isEmpty();
    assertThat(checkpoints.warnings("a", "b", "c"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "the chat templates differ: 'a', 'b' against 'c'; the result gets the donor's (see"
                    + " 'donor' in the plan): name the one whose format you will prompt with"));
  }

  @Test
  void baseAndInstructModelsMixedAreNamed() {
    checkpoints.file("a", "tokenizer.json", "{}");
    checkpoints.file("b", "tokenizer.json", "{}");
    checkpoints.file("b", "chat_template.jinja", "{{ x }}");
    checkpoints.file("Some-7B-Instruct", "config.json", "{}");

    assertThat(checkpoints.warnings("a", "b", "Some-7B-Instruct"))
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
    checkpoints.card("a", "license: mit", "base_model: meta-llama/Llama-3.1-8B");
    checkpoints.card("b", "license: mit", "base_model:", "  - Qwen/Qwen2.5-7B");
    checkpoints.file("c", "config.json", "{\"_name_or_path\": \"unsloth/Meta-Llama-3.1-8B\"}");
    checkpoints.file("d", "config.json", "{\"_name_or_path\": \"/data/checkpoint-500\"}");

    assertThat(checkpoints.warnings("a", "b", "c", "d"))
        .containsExactly(
            new Warning(
                List.of("a", "b", "c"),
                "these come from different bases (base_model in README.md, _name_or_path in"
                    + " config.json): 'meta-llama/Llama-3.1-8B' in 'a', 'c'; 'Qwen/Qwen2.5-7B' in"
                    + " 'b'; averages of models that do not share a base are mostly noise: merge"
                    + " checkpoints of one base"));
    assertThat(checkpoints.warnings("a", "c", "d")).isEmpty();
  }

  @Test
  void aBaseAndWhatWasMadeOfWhatWasMadeOfItAreOfOneKin() {
    checkpoints.card(
        "models/Llama-3.1-8B", "license: mit", "base_model: meta-llama/Llama-3.1-8B-pretraining");
    checkpoints.card("first", "license: mit", "base_model: [x/Llama-3.1-8B, x/tuned]");
    checkpoints.card("second", "license: mit", "base_model: x/tuned");

    assertThat(checkpoints.warnings("second", "models/Llama-3.1-8B")).hasSize(1);
    assertThat(checkpoints.warnings("second", "models/Llama-3.1-8B", "first")).isEmpty();
  }
}
