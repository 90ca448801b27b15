package dev.stockpot.checkpoint.config;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What merging needs to know of a {@code config.json}; null where the file does not say it.
 *
 * <p>Where a multimodal model keeps the numbers of its language model in {@code text_config}, they
 * are taken from there unless they stand at the top too.
 *
 * @param architectures class names, such as {@code LlamaForCausalLM}; empty if not given
 * @param dtype the value of {@code dtype}, else of {@code torch_dtype}, such as {@code bfloat16}
 * @param tieWordEmbeddings the file's word; true if the top or {@code text_config} says so, since
 *     transformers 4 goes by the one and 5 by the other or by both
 * @param textModelType {@code model_type} of {@code text_config}
 * @param nameOrPath {@code _name_or_path}: what the checkpoint was made from, as its author wrote
 *     it
 * @param quantized whether there is a {@code quantization_config}
 * @param settings everything in the file, in its order: the path of each value, such as {@code
 *     text_config.rope_theta}, and the value as text; numbers are spelled alike if they are equal,
 *     an array is one value
 */
public record HfConfig(
    List<String> architectures,
    @Nullable String modelType,
    @Nullable String textModelType,
    @Nullable String dtype,
    @Nullable Boolean tieWordEmbeddings,
    @Nullable Long vocabSize,
    @Nullable Long hiddenSize,
    @Nullable Long numHiddenLayers,
    @Nullable String nameOrPath,
    boolean quantized,
    Map<String, String> settings) {

  public static final String FILE_NAME = "config.json";

  private static final int LARGEST = 1 << 24;

  /**
   * Model types that tie their output head to the embeddings where the config does not say {@code
   * tie_word_embeddings}, and call that head {@code lm_head.weight}.
   *
   * <p>Source: transformers 5.18, the config classes below {@code models} whose field {@code
   * tie_word_embeddings} defaults to true and whose model has {@code lm_head.weight} among its
   * {@code _tied_weights_keys}. transformers leaves out of a file what is the class's default, so
   * such files usually lack the key. A type that is not here is not tied by default: {@code
   * modeling_utils.py} asks {@code getattr(config, "tie_word_embeddings", False)}.
   */
  private static final Set<String> TIED_BY_DEFAULT =
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

  public HfConfig {
    architectures = List.copyOf(architectures);
    settings = Collections.unmodifiableMap(settings);
  }

  /**
   * Reads the file.
   *
   * @throws CheckpointException if it cannot be read, is no JSON object, or one of the facts has a
   *     value of the wrong type
   */
  public static HfConfig read(Path configJson) {
    return parse(bytes(configJson), configJson.toString());
  }

  /**
   * The config of a checkpoint, which is a directory or one file; empty where none lies in it, or
   * beside it.
   *
   * @throws CheckpointException as {@link #read}
   */
  public static Optional<HfConfig> of(Path checkpoint) {
    Path file = fileOf(checkpoint);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /** Where the config of a checkpoint is or would be. */
  public static Path fileOf(Path checkpoint) {
    return Files.isDirectory(checkpoint)
        ? checkpoint.resolve(FILE_NAME)
        : checkpoint.resolveSibling(FILE_NAME);
  }

  /** Parses the bytes of a config.json; {@code file} is its name for messages. */
  public static HfConfig parse(byte[] bytes, String file) {
    return new ConfigReader(file).read(bytes);
  }

  /**
   * Whether the output head is the embeddings: the file's word, else the default of its model type.
   */
  public boolean tiesWordEmbeddings() {
    return tieWordEmbeddings != null
        ? tieWordEmbeddings
        : (modelType != null && TIED_BY_DEFAULT.contains(modelType))
            || (textModelType != null && TIED_BY_DEFAULT.contains(textModelType));
  }

  /**
   * The config of an output. Every byte that is not named below stays as it is.
   *
   * @param configJson the donor's
   * @param dtype of the output's tensors: {@code torch_dtype} or {@code dtype}, whichever is there,
   *     says so, at the top and in nested configs such as {@code text_config} ({@code
   *     quantization_config} apart); if neither stands at the top, {@code torch_dtype} is added
   *     there
   * @param untied whether the output has a head of its own: {@code tie_word_embeddings} says false,
   *     at the top and in {@code text_config}, where it may be tied by default
   * @param file name for messages
   * @throws IllegalArgumentException if transformers has no name for the dtype
   */
  public static byte[] adapted(
      byte[] configJson, Optional<Dtype> dtype, boolean untied, String file) {
    return new ConfigRewrite(file, dtype, untied).rewrite(configJson);
  }

  static byte[] bytes(Path configJson) {
    try {
      long size = Files.size(configJson);
      if (size > LARGEST) {
        throw new CheckpointException(
            Problem.inFile(configJson.toString(), "is no model config: it has " + size + " bytes"));
      }
      return RegularFiles.bytes(configJson, LARGEST);
    } catch (IOException e) {
      throw FileErrors.of(configJson, e);
    }
  }
}
