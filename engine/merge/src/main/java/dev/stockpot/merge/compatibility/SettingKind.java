package dev.stockpot.merge.compatibility;

import java.util.Set;

/** How much it matters that two configs differ in a setting while all tensors have one shape. */
enum SettingKind {
  /** How a tensor is cut into heads: the same elements mean another thing. */
  HEADS,
  /** Other base, scaling or share of the rotary position embedding. */
  ROPE,
  /** Other computation with the same weights. */
  COMPUTATION,
  /** Not known here. */
  OTHER,
  /** Nothing for the merge: training, generation, bookkeeping, and what the shapes tell anyway. */
  NONE;

  private static final Set<String> HEAD_KEYS =
      Set.of(
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "n_head",
          "n_heads",
          "num_heads",
          "num_kv_heads",
          "qk_rope_head_dim",
          "qk_nope_head_dim",
          "v_head_dim");

  private static final Set<String> ROPE_KEYS =
      Set.of("rope_theta", "partial_rotary_factor", "rope_local_base_freq", "rope_interleaved");

  private static final Set<String> COMPUTATION_KEYS =
      words(
          "model_type hidden_act hidden_activation activation_function activation rms_norm_eps"
              + " layer_norm_eps layer_norm_epsilon norm_epsilon norm_eps norm_type"
              + " max_position_embeddings n_positions sliding_window sliding_window_pattern"
              + " use_sliding_window max_window_layers layer_types attention_chunk_size"
              + " no_rope_layers no_rope_layer_interval num_experts_per_tok num_experts_per_token"
              + " moe_topk moe_k moe_top_k norm_topk_prob routed_scaling_factor scoring_func"
              + " topk_method topk_group n_group attn_logit_softcapping final_logit_softcapping"
              + " query_pre_attn_scalar logit_scale logits_scaling attention_multiplier"
              + " embedding_multiplier residual_multiplier scale_emb scale_depth dim_model_base"
              + " use_qk_norm qk_layernorm use_parallel_residual parallel_attn multi_query"
              + " new_decoder_architecture alibi clip_qkv scale_attn_weights"
              + " scale_attn_by_inverse_layer_idx do_layer_norm_before swiglu_limit"
              + " position_embedding_type use_bidirectional_attention is_causal"
              + " num_nextn_predict_layers decoder_sparse_step mlp_only_layers first_k_dense_replace"
              + " moe_layer_freq attention_bias mlp_bias qkv_bias num_hidden_layers hidden_size");

  private static final Set<String> NOTHING =
      words(
          "architectures auto_map torch_dtype dtype use_cache vocab_size tie_word_embeddings"
              + " tie_encoder_decoder tie_embedding gradient_checkpointing pretraining_tp"
              + " attn_implementation use_flash_attn use_flash_attention_2 torchscript tf_legacy_loss"
              + " use_bfloat16 pruned_heads return_dict problem_type finetuning_task prefix"
              + " tokenizer_class num_labels chunk_size_feed_forward is_decoder is_encoder_decoder"
              + " add_cross_attention cross_attention_hidden_size sep_token_id n_ctx"
              + " embedding_initializer_range max_length min_length do_sample early_stopping"
              + " num_beams num_beam_groups diversity_penalty temperature top_k top_p typical_p"
              + " repetition_penalty length_penalty no_repeat_ngram_size"
              + " encoder_no_repeat_ngram_size bad_words_ids num_return_sequences"
              + " forced_bos_token_id forced_eos_token_id remove_invalid_values"
              + " exponential_decay_length_penalty suppress_tokens begin_suppress_tokens"
              + " unsloth_fixed verbose model_name rope_parameters rope_scaling");

  private static final Set<String> NOTHING_BELOW =
      Set.of("quantization_config", "id2label", "label2id", "task_specific_params", "auto_map");

  /** The kind of a setting; its path is as {@link LanguageSettings} spells it. */
  static SettingKind of(String path) {
    String key = path.substring(path.lastIndexOf('.') + 1);
    if (matters(path, key)) {
      if (HEAD_KEYS.contains(key)) {
        return HEADS;
      }
      if (ROPE_KEYS.contains(key) || path.startsWith("rope_scaling.")) {
        return ROPE;
      }
      return COMPUTATION_KEYS.contains(key) ? COMPUTATION : OTHER;
    }
    return NONE;
  }

  private static boolean matters(String path, String key) {
    return !(NOTHING.contains(key)
        || (key.equals("model_type") && !path.equals("text_config.model_type"))
        || path.startsWith("_")
        || path.contains("._")
        || key.contains("dropout")
        || key.contains("drop_rate")
        || key.contains("drop_path")
        || key.endsWith("pdrop")
        || key.startsWith("output_")
        || key.startsWith("initializer")
        || key.startsWith("init_")
        || key.endsWith("version")
        || key.endsWith("pad_token_id")
        || key.contains("aux_loss")
        || key.contains("z_loss")
        || NOTHING_BELOW.stream()
            .anyMatch(above -> path.startsWith(above + ".") || path.contains("." + above + ".")));
  }

  private static Set<String> words(String text) {
    return Set.of(text.split(" ", -1));
  }
}
