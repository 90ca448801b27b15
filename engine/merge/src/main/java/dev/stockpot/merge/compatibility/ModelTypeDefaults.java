package dev.stockpot.merge.compatibility;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a config.json means by not saying it, for the common model types.
 *
 * <p>Source: transformers 5.18, the fields' defaults of the config classes below {@code models},
 * and {@code default_theta}, in the words of {@link LanguageSettings}. What is null or false there
 * is not listed. For types that are not here, and for what is not listed, the line of {@code *}
 * holds: the defaults of {@code modeling_rope_utils.py}, and 1 for factors.
 */
final class ModelTypeDefaults {
  private static final String TABLE =
      """
      *: position_embedding_type=absolute rope_theta=10000 partial_rotary_factor=1 routed_scaling_factor=1 logits_scaling=1 attention_multiplier=1 embedding_multiplier=1 residual_multiplier=1
      bert: hidden_act=gelu layer_norm_eps=0.000000000001
      bloom: layer_norm_epsilon=0.00001
      cohere: hidden_act=silu layer_norm_eps=0.00001 logit_scale=0.0625 rope_theta=500000
      cohere2: hidden_act=silu layer_norm_eps=0.00001 logit_scale=0.0625 sliding_window=4096
      deepseek_v2: hidden_act=silu rms_norm_eps=0.000001 topk_method=greedy
      deepseek_v3: num_key_value_heads=128 hidden_act=silu rms_norm_eps=0.000001 num_experts_per_tok=8 norm_topk_prob=true routed_scaling_factor=2.5 topk_group=4 n_group=8
      ernie4_5: num_key_value_heads=2 head_dim=128 hidden_act=silu rms_norm_eps=0.00001 rope_theta=500000
      exaone4: num_key_value_heads=32 hidden_act=silu rms_norm_eps=0.00001 sliding_window=4096
      falcon: layer_norm_epsilon=0.00001 parallel_attn=true multi_query=true activation=gelu
      gemma: num_key_value_heads=16 head_dim=256 hidden_activation=gelu_pytorch_tanh rms_norm_eps=0.000001
      gemma2: num_key_value_heads=4 head_dim=256 hidden_activation=gelu_pytorch_tanh rms_norm_eps=0.000001 sliding_window=4096 attn_logit_softcapping=50 final_logit_softcapping=30 query_pre_attn_scalar=256
      gemma3_text: num_key_value_heads=4 head_dim=256 hidden_activation=gelu_pytorch_tanh rms_norm_eps=0.000001 sliding_window=4096 query_pre_attn_scalar=256 rope_theta=1000000 rope_local_base_freq=10000
      gemma3n_text: num_key_value_heads=2 head_dim=256 hidden_activation=gelu_pytorch_tanh rms_norm_eps=0.000001 sliding_window=512 final_logit_softcapping=30 rope_theta=1000000 rope_local_base_freq=10000
      glm: num_key_value_heads=2 head_dim=128 hidden_act=silu rms_norm_eps=0.00000015625 attention_bias=true partial_rotary_factor=0.5
      glm4: num_key_value_heads=2 head_dim=128 hidden_act=silu rms_norm_eps=0.00000015625 attention_bias=true partial_rotary_factor=0.5
      gpt2: activation_function=gelu_new layer_norm_epsilon=0.00001 scale_attn_weights=true
      gpt_bigcode: activation_function=gelu_pytorch_tanh layer_norm_epsilon=0.00001 scale_attn_weights=true multi_query=true
      gpt_neo: activation_function=gelu_new layer_norm_epsilon=0.00001
      gpt_neox: hidden_act=gelu layer_norm_eps=0.00001 attention_bias=true use_parallel_residual=true partial_rotary_factor=0.25
      gpt_oss: num_key_value_heads=8 head_dim=64 hidden_act=silu rms_norm_eps=0.00001 sliding_window=128 num_experts_per_tok=4 attention_bias=true rope_theta=150000
      gptj: activation_function=gelu_new layer_norm_epsilon=0.00001
      granite: hidden_act=silu rms_norm_eps=0.000001
      granitemoe: hidden_act=silu rms_norm_eps=0.000001 num_experts_per_tok=2
      llama: hidden_act=silu rms_norm_eps=0.000001
      llama4_text: num_key_value_heads=8 head_dim=128 hidden_act=silu rms_norm_eps=0.00001 num_experts_per_tok=1 use_qk_norm=true attention_chunk_size=8192 no_rope_layer_interval=4 rope_theta=500000
      mistral: num_key_value_heads=8 hidden_act=silu rms_norm_eps=0.000001 sliding_window=4096
      mixtral: num_key_value_heads=8 hidden_act=silu rms_norm_eps=0.00001 num_experts_per_tok=2 rope_theta=1000000
      nemotron: hidden_act=relu2 norm_eps=0.00001 partial_rotary_factor=0.5
      olmo: hidden_act=silu
      olmo2: hidden_act=silu rms_norm_eps=0.00001
      olmo3: hidden_act=silu rms_norm_eps=0.00001 sliding_window=4096 rope_theta=500000
      olmoe: hidden_act=silu rms_norm_eps=0.00001 num_experts_per_tok=8
      opt: activation_function=relu do_layer_norm_before=true layer_norm_elementwise_affine=true
      phi: hidden_act=gelu_new layer_norm_eps=0.00001 partial_rotary_factor=0.5
      phi3: hidden_act=silu rms_norm_eps=0.00001
      phimoe: num_key_value_heads=8 hidden_act=silu rms_norm_eps=0.00001 num_experts_per_tok=2 rope_theta=1000000
      qwen2: num_key_value_heads=32 hidden_act=silu rms_norm_eps=0.000001 sliding_window=4096 max_window_layers=28
      qwen2_moe: num_key_value_heads=16 hidden_act=silu rms_norm_eps=0.000001 sliding_window=4096 max_window_layers=28 num_experts_per_tok=4 qkv_bias=true decoder_sparse_step=1
      qwen3: num_key_value_heads=32 head_dim=128 hidden_act=silu rms_norm_eps=0.000001 sliding_window=4096 max_window_layers=28
      qwen3_moe: num_key_value_heads=4 hidden_act=silu rms_norm_eps=0.000001 sliding_window=4096 num_experts_per_tok=8 decoder_sparse_step=1
      qwen3_next: num_key_value_heads=2 head_dim=256 hidden_act=silu rms_norm_eps=0.000001 num_experts_per_tok=10 norm_topk_prob=true decoder_sparse_step=1 partial_rotary_factor=0.25
      roberta: hidden_act=gelu layer_norm_eps=0.000000000001
      smollm3: num_key_value_heads=4 hidden_act=silu rms_norm_eps=0.000001 no_rope_layer_interval=4 rope_theta=2000000
      stablelm: num_key_value_heads=32 hidden_act=silu layer_norm_eps=0.00001 partial_rotary_factor=0.25
      starcoder2: num_key_value_heads=2 hidden_act=gelu_pytorch_tanh norm_epsilon=0.00001
      t5: layer_norm_epsilon=0.000001
      """;

  private static final Map<String, Map<String, String>> BY_TYPE = new HashMap<>();

  static {
    TABLE
        .lines()
        .forEach(line -> {
          List<String> words = List.of(line.split(" ", -1));
          Map<String, String> defaults = new HashMap<>();
          for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            defaults.put(word.substring(0, equals), word.substring(equals + 1));
          }
          String type = words.getFirst().substring(0, words.getFirst().length() - 1);
          BY_TYPE.put(type, Map.copyOf(defaults));
        });
  }

  private ModelTypeDefaults() {}

  static boolean knows(String modelType) {
    return BY_TYPE.containsKey(modelType);
  }

  /** The defaults of a model type, changeable; of any type's, if it is not known. */
  static Map<String, String> of(String modelType) {
    Map<String, String> defaults = new HashMap<>(BY_TYPE.getOrDefault("*", Map.of()));
    defaults.putAll(BY_TYPE.getOrDefault(modelType, Map.of()));
    return defaults;
  }
}
