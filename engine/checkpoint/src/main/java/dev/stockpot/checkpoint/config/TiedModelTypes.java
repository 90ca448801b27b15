package dev.stockpot.checkpoint.config;

import java.util.Set;

/**
 * Model types that tie their output head to the embeddings where the config does not say {@code
 * tie_word_embeddings}, and call that head {@code lm_head.weight}.
 *
 * <p>Source: transformers 5.18, the config classes below {@code models} whose field {@code
 * tie_word_embeddings} defaults to true and whose model has {@code lm_head.weight} among its {@code
 * _tied_weights_keys}. transformers leaves out of a file what is the class's default, so such files
 * usually lack the key. A type that is not here is not tied by default: {@code modeling_utils.py}
 * asks {@code getattr(config, "tie_word_embeddings", False)}.
 */
final class TiedModelTypes {
  private static final Set<String> TYPES =
      Set.of(
          ("aya_vision bart bigbird_pegasus blenderbot blenderbot-small bloom cohere cohere2"
                  + " cohere2_moe cohere2_vision cohere_compass_text ctrl deepseek_vl"
                  + " deepseek_vl_hybrid diffusion_gemma diffusion_gemma_text ernie4_5 ernie4_5_moe"
                  + " ernie4_5_vl_moe ernie4_5_vl_moe_text falcon falcon_mamba florence2"
                  + " fun_asr_nano funnel gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text"
                  + " gemma4 gemma4_assistant gemma4_text gemma4_unified gemma4_unified_assistant"
                  + " gemma4_unified_text glmasr got_ocr2 gpt2 gpt_bigcode gpt_neo granite_speech"
                  + " granite_speech_plus granite_swa hunyuan_vl hunyuan_vl_text"
                  + " hyperclovax_vision_v2 internvl janus jetmoe kimi_k25 kosmos-2 kosmos-2.5"
                  + " kosmos_2_5_text_model kosmos_2_text_model led lfm2 lfm2_moe lfm2_vl"
                  + " lighton_ocr longt5 m2m_100 mamba marian mbart minicpm3 mistral3 mpt mt5 mvp"
                  + " neomme nllb-moe openai-gpt opt ovis2 paddleocr_vl paddleocr_vl_text paligemma"
                  + " pegasus pegasus_x plbart prophetnet qwen2_5_omni_text qwen3_asr"
                  + " qwen3_vl_moe_text recurrent_gemma seamless_m4t seamless_m4t_v2"
                  + " smollm3 speech_to_text starcoder2 switch_transformers t5"
                  + " udop umt5 vaultgemma voxtral_realtime xglm youtu zamba zamba2 zaya")
              .split(" "));

  private TiedModelTypes() {}

  static boolean contains(String modelType) {
    return TYPES.contains(modelType);
  }
}
