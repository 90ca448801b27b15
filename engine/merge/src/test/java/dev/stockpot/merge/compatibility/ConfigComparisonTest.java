package dev.stockpot.merge.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configs that differ where all tensors have one shape; settings in single quotes. */
class ConfigComparisonTest {
  private static final String DONORS = "; the result gets the donor's (see 'donor' in the plan)";

  @TempDir private Path directory;
  private Checkpoints checkpoints = new Checkpoints(Path.of(""));

  @BeforeEach
  void useDirectory() {
    checkpoints = new Checkpoints(directory);
  }

  private void configs(String a, String b) {
    checkpoints.file("a", "config.json", "{" + a.replace('\'', '"') + "}");
    checkpoints.file("b", "config.json", "{" + b.replace('\'', '"') + "}");
  }

  @Test
  void otherHeadsInTheSameShapesAreAProblem() {
    String llama = "'model_type': 'llama', 'hidden_size': 16, 'num_attention_heads': ";
    configs(llama + "2, 'head_dim': 8", llama + "4");

    assertThat(checkpoints.problems("a", "b"))
        .containsExactly(
            "the attention heads differ (config.json): num_attention_heads '2' in 'a'; '4' in 'b' |"
                + " head_dim '8' in 'a'; '4' in 'b' (by default); tensors of one shape are cut into other heads there, and an average"
                + " of them means nothing: merge models of one architecture, or correct the"
                + " config.json that is wrong");
  }

  @Test
  void aKeyOfThousandsOfPartsIsComparedLikeAnother() {
    String key = "'" + "a.".repeat(60_000) + "rope_scaling.x': ";
    configs(key + "1", key + "1");
    assertThat(checkpoints.problems("a", "b")).isEmpty();
    assertThat(checkpoints.warnings("a", "b")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'num_key_value_heads': 8, 'model_type': 'mistral' | 'model_type': 'mistral'",
        "'num_attention_heads': 8, 'num_key_value_heads': null, 'model_type': 'mistral' |"
            + " 'num_attention_heads': 8, 'num_key_value_heads': 8, 'model_type': 'mistral'",
        "'num_attention_heads': 4, 'num_key_value_heads': 4, 'head_dim': 4, 'hidden_size': 16,"
            + " 'model_type': 'llama' | 'num_attention_heads': 4, 'hidden_size': 16, 'model_type':"
            + " 'llama'",
        "'model_type': 'gemma', 'head_dim': 256 | 'model_type': 'gemma'",
        "'rope_theta': 10000.0, 'rope_scaling': null |"
            + " 'rope_parameters': {'rope_theta': 1e4, 'rope_type': 'default'}",
        "'rope_scaling': {'type': 'yarn', 'factor': 4.0} |"
            + " 'rope_parameters': {'rope_type': 'yarn', 'factor': 4, 'rope_theta': 10000}",
        "'rope_scaling': {'type': 'mrope', 'mrope_section': [16, 24]} |"
            + " 'rope_scaling': {'rope_type': 'default', 'mrope_section': [16, 24]}",
        "'rope_theta': 1e6, 'rope_local_base_freq': 1e4, 'model_type': 'gemma3_text' |"
            + " 'model_type': 'gemma3_text', 'rope_parameters': {'full_attention': {'rope_theta':"
            + " 1000000.0, 'rope_type': 'default'}, 'sliding_attention': {'rope_theta': 10000.0,"
            + " 'rope_type': 'default'}}",
        "'rotary_pct': 0.25, 'rotary_emb_base': 10000, 'model_type': 'gpt_neox' |"
            + " 'model_type': 'gpt_neox', 'rope_parameters': {'rope_theta': 10000.0,"
            + " 'partial_rotary_factor': 0.25, 'rope_type': 'default'}",
        "'rms_norm_eps': 1e-05 | 'rms_norm_eps': 0.00001",
        "'model_type': 'llama', 'rms_norm_eps': 1e-6, 'hidden_act': 'silu' | 'model_type': 'llama'",
        "'attention_bias': false, 'mlp_bias': false, 'layer_types': ['a'] | 'mlp_bias': null",
        "'torch_dtype': 'bfloat16', 'transformers_version': '4.40.0', 'use_cache': true,"
            + " '_name_or_path': '/x', 'initializer_range': 0.02, 'attention_dropout': 0.1,"
            + " 'pad_token_id': 1, 'id2label': {'0': 'x'} | 'dtype': 'bfloat16',"
            + " 'transformers_version': '5.1.0', 'use_cache': false, '_name_or_path': '/y',"
            + " 'vision_config': {'dtype': 'float16', 'hidden_dropout_prob': 0.5}",
        "'vocab_size': 128256 | 'vocab_size': 128264",
        "'text_config': {'rope_theta': 7, 'hidden_size': 4} | 'rope_theta': 7.0, 'hidden_size': 4",
        "'model_type': 'qwen2', 'sliding_window': 131072, 'use_sliding_window': false,"
            + " 'max_window_layers': 70 | 'model_type': 'qwen2', 'sliding_window': null",
        "'vision_config': {'rope_theta': 1e4, 'model_type': 'pixtral'} | 'vision_config':"
            + " {'rope_parameters': {'rope_theta': 10000.0, 'rope_type': 'axial'}}",
        "'eos_token_id': 2 | 'bos_token_id': 1",
        "'model_type': 'gemma', 'hidden_activation': null | 'model_type': 'gemma'",
        "'time_step_limit': [0.0, Infinity] | 'time_step_limit': [0, {'__float__': 'Infinity'}]",
        "'model_type': 'deepseek_v3', 'hidden_size': 7168, 'num_attention_heads': 128,"
            + " 'qk_rope_head_dim': 64, 'head_dim': 64 | 'model_type': 'deepseek_v3',"
            + " 'hidden_size': 7168, 'num_attention_heads': 128, 'qk_rope_head_dim': 64",
        "'model_type': 'gemma', 'hidden_act': 'gelu' |"
            + " 'model_type': 'gemma', 'hidden_activation': 'gelu_pytorch_tanh'"
      })
  void configsThatMeanTheSameGiveNoWarning(String a, String b) {
    configs(a, b);

    assertThat(checkpoints.problems("a", "b")).isEmpty();
    assertThat(checkpoints.warnings("a", "b")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'rms_norm_eps': 1e-5 | 'rms_norm_eps': 1e-6 | rms_norm_eps '0.00001' '0.000001'",
        "'hidden_act': 'silu' | 'hidden_act': 'gelu' | hidden_act 'silu' 'gelu'",
        "'num_experts_per_tok': 2 | 'num_experts_per_tok': 4 | num_experts_per_tok '2' '4'",
        "'text_config': {'attn_logit_softcapping': 50.0} | 'text_config':"
            + " {'attn_logit_softcapping': 30} | attn_logit_softcapping '50' '30'",
        "'layer_types': ['a', 'b'] | 'layer_types': ['b', 'a'] | layer_types '[a, b]' '[b, a]'",
        "'vision_config': {'hidden_act': 'gelu'} | 'vision_config': {'hidden_act': 'silu'} |"
            + " vision_config.hidden_act 'gelu' 'silu'"
      })
  void whatChangesTheComputationIsTold(String a, String b, String told) {
    configs(a, b);
    String[] words = told.split(" (?=')", -1);

    assertThat(checkpoints.problems("a", "b")).isEmpty();
    assertThat(checkpoints.warnings("a", "b"))
        .extracting(Warning::message)
        .containsExactly(
            "%s differs (config.json): %s in 'a'; %s in 'b'%s, with which the same weights compute something else"
                .formatted(words[0], words[1], words[2], DONORS));
  }

  @Test
  void whatOneFileLeavesToItsDefaultIsToldWithIt() {
    configs("'model_type': 'mistral'", "'model_type': 'mistral', 'sliding_window': null");

    assertThat(checkpoints.warnings("a", "b"))
        .extracting(Warning::message)
        .containsExactly(
            "sliding_window differs (config.json): '4096' in 'a' (by default); 'null' in 'b'"
                + DONORS
                + ", with which the same weights compute something else");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model_type': 'llama' | 'model_type': 'llama', 'rope_theta': 1e6 |"
            + " rope_theta '10000' in 'a' (by default); '1000000' in 'b'",
        "'rope_theta': 10000 | 'rope_parameters': {'rope_theta': 1e6, 'rope_type': 'default'} |"
            + " rope_theta '10000' in 'a'; '1000000' in 'b'",
        "'rope_scaling': null | 'rope_scaling': {'type': 'yarn', 'factor': 4.0} |"
            + " rope_scaling.rope_type nothing in 'a'; 'yarn' in 'b' |"
      })
  void otherRopeSettingsAreTold(String a, String b, String told) {
    configs(a, b);

    assertThat(checkpoints.warnings("a", "b"))
        .singleElement()
        .satisfies(warning ->
            assertThat(warning.message())
                .startsWith("the rope settings differ (config.json): " + told));
  }

  @Test
  void settingsUnknownHereAreOneWarning() {
    String many =
        IntStream.range(0, 30).mapToObj(i -> "'x" + i + "': 1").collect(Collectors.joining(", "));
    configs("'eos_token_id': 2, " + many, "'eos_token_id': [2, 3]");

    assertThat(checkpoints.warnings("a", "b"))
        .extracting(Warning::message)
        .containsExactly(
            "config.json differs in 31 further settings: 'eos_token_id', 'x0', 'x1', 'x2', 'x3',"
                + " 'x4', 'x5', 'x6', 'x7', 'x8' and 21 more"
                + DONORS);
  }

  @Test
  void theWarningsOfOneComparisonAreFew() {
    checkpoints.file("a", "config.json", everything("1"));
    checkpoints.file("b", "config.json", everything("2"));

    assertThat(checkpoints.warnings("a", "b")).hasSize(10);
  }

  private static String everything(String value) {
    String keys =
        "rope_theta hidden_act rms_norm_eps layer_norm_eps sliding_window topk_group n_group"
            + " logit_scale logits_scaling attention_multiplier embedding_multiplier clip_qkv alibi"
            + " scoring_func my_own";
    return keys.lines()
        .flatMap(line -> Arrays.stream(line.split(" ", -1)))
        .map(key -> "\"" + key + "\": " + value)
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void aLoneConfigIsComparedWithNone() {
    checkpoints.file("a", "config.json", "{\"rope_theta\": 7}");
    checkpoints.file("b", "tokenizer.json", "{}");

    assertThat(checkpoints.warnings("a", "b")).isEmpty();
  }
}
