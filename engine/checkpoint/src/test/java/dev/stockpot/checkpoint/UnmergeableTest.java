package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorSize;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints that can be read, and must not be merged. */
class UnmergeableTest {
  private static final String Q = "base_model.model.model.layers.0.self_attn.q_proj.";

  @TempDir Path root;

  private static SafetensorsFixture checkpoint() {
    return SafetensorsFixture.checkpoint().f32("model.norm.weight", 1, 2);
  }

  private static SafetensorsFixture with(
      SafetensorsFixture fixture, String name, Dtype dtype, long... shape) {
    List<Long> dimensions =
        Stream.of(shape).flatMapToLong(java.util.Arrays::stream).boxed().toList();
    return fixture.tensor(
        name, dtype, dimensions, new byte[(int) TensorSize.of(dtype, dimensions).bytes()]);
  }

  private List<String> problems(SafetensorsFixture fixture) {
    return Unmergeable.problems(Checkpoint.open(fixture.writeTo(root.resolve("model")))).stream()
        .map(Problem::toString)
        .toList();
  }

  @Test
  void anOrdinaryCheckpointHasNoReason() {
    assertThat(problems(with(checkpoint(), "model.ids", Dtype.I64, 3))).isEmpty();
  }

  @Test
  void oneShardOfASetNamesTheDirectoryToGive() {
    Path shard = checkpoint().writeFile(root.resolve("model-00001-of-00002.safetensors"));
    assertThat(Unmergeable.problems(Checkpoint.open(shard)))
        .extracting(Problem::toString)
        .containsExactly(
            shard
                + ": is one of the 2 shards of a checkpoint; give the directory that they lie in: "
                + root);
    Path only = checkpoint().writeFile(root.resolve("model-00001-of-00001.safetensors"));
    assertThat(Unmergeable.problems(Checkpoint.open(only))).isEmpty();
  }

  @Test
  void emptyTensorsInThePlaceOfWeightsAreSaidToBeZero3s() {
    SafetensorsFixture fixture = checkpoint();
    for (int layer = 0; layer < 3; layer++) {
      fixture.f32("model.layers." + layer + ".q_proj.weight");
    }
    assertThat(problems(fixture.f32("head.bias")))
        .containsExactly(
            root.resolve("model")
                + ": 4 of its weights are of shape [0], without a value, as DeepSpeed's ZeRO-3"
                + " leaves it of a weight that it has partitioned: 'head.bias',"
                + " 'model.layers.*.q_proj.weight' (3). Write the whole weights with 'python"
                + " zero_to_fp32.py . OUT --safe_serialization' in the training's checkpoint"
                + " directory, or train with \"stage3_gather_16bit_weights_on_model_save\": true");
  }

  @Test
  void tensorsOfNoElementsThatAreNoWeightsAreValid() {
    SafetensorsFixture fixture = checkpoint().f32("past_key_values");
    assertThat(problems(with(fixture, "lora.weight", Dtype.F32, 0, 4))).isEmpty();
  }

  @Test
  void anAdaptersFileIsRefusedWithItsBaseAndTheWayIntoIt() throws IOException {
    Path directory = Files.createDirectory(root.resolve("lora"));
    Files.writeString(
        directory.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"r\":4,\"target_modules\":[\"q\"],\"base_model_name_or_path\":\"org/base\"}");
    Path file =
        SafetensorsFixture.checkpoint()
            .f32(Q + "lora_A.weight", 1)
            .f32(Q + "lora_B.weight", 1)
            .writeFile(directory.resolve("adapter_model.safetensors"));
    String refusal =
        ": is an adapter (LORA) for the base model 'org/base', and no checkpoint: averages of its"
            + " tensors are no average of what they do. Merge it into its base first, and give the"
            + " result: python -c \"import sys; from peft import AutoPeftModelForCausalLM as M;"
            + " d = sys.argv[1]; M.from_pretrained(d, dtype='auto').merge_and_unload()"
            + ".save_pretrained(d + '-merged')\" "
            + directory;
    assertThat(Unmergeable.problems(Checkpoint.open(file)))
        .extracting(Problem::toString)
        .containsExactly(
            file
                + refusal
                + " (2 of its 2 tensors, such as '"
                + Q
                + "lora_A.weight', '"
                + Q
                + "lora_B.weight')");
    assertThatThrownBy(() -> Checkpoint.open(directory)).hasMessage(directory + refusal);
  }

  @Test
  void aPromptIsSaidToBeOne() throws IOException {
    Files.writeString(
        root.resolve("adapter_config.json"), "{\"peft_type\":\"PROMPT_TUNING\",\"x\":{}}");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(
            root
                + ": is an adapter (PROMPT_TUNING); its base model is not named here, and no"
                + " checkpoint: it is a prompt, which cannot become part of weights");
  }

  @Test
  void anAdapterWithinACheckpointIsRefused() {
    assertThat(
            problems(
                checkpoint()
                    .f32("q.base_layer.weight", 1)
                    .f32("q.lora_A.default.weight", 1)
                    .f32("q.lora_B.default.weight", 1)))
        .singleElement()
        .asString()
        .contains("holds the tensors of an adapter that is not merged into the weights")
        .contains("2 of its 4 tensors, such as 'q.lora_A.default.weight'");
  }

  @ParameterizedTest
  @MethodSource("adapterNames")
  void tensorsOfAdaptersAreKnownByTheirNames(String name) {
    assertThat(problems(checkpoint().f32(name, 1))).hasSize(1);
  }

  static Stream<String> adapterNames() {
    return Stream.of(
        "a.lora_A.weight",
        "a.lora_embedding_B",
        "a.lora_magnitude_vector",
        "lora_unet_down_blocks_0.lora_down.weight",
        "a.hada_w1_a",
        "a.lokr_w2",
        "a.ia3_l",
        "prompt_embeddings",
        "base_model.model.lm_head.weight");
  }

  @ParameterizedTest
  @MethodSource("otherNames")
  void ordinaryTensorsAreNotTakenForAnAdapters(String name) {
    assertThat(problems(checkpoint().f32(name, 1))).isEmpty();
  }

  static Stream<String> otherNames() {
    return Stream.of(
        "model.layers.0.attn.w_lora.lora.0.weight",
        "model.layers.0.soft_cap",
        "model.lora_alpha",
        "model.q_lora_norm.weight",
        "model.prompt_embed.weight");
  }

  @Test
  void anAdapterBesideTheWeightsIsAWarning() throws IOException {
    Path model = checkpoint().sidecar("adapter_config.json", "{}").writeTo(root.resolve("both"));
    checkpoint().writeFile(model.resolve("adapter_model.safetensors"));
    Checkpoint opened = Checkpoint.open(model);
    assertThat(opened.tensors()).hasSize(1);
    assertThat(opened.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            model
                + "/adapter_config.json: an adapter lies beside the weights, and transformers would"
                + " load it on top of them; it is neither merged nor copied: merge it into the"
                + " weights first if it counts");
  }
}
