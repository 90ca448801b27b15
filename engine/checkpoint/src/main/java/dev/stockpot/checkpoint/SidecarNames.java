package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What the names of files and folders beside the weights say about them; which folders hold
 * modules.
 */
final class SidecarNames {
  private static final String TEMPLATES = "additional_chat_templates/";

  /** Belong to a checkpoint wherever they are found. */
  private static final Set<String> KNOWN =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "bpe.codes",
          "spiece.model",
          "sentencepiece.bpe.model",
          "spm.model",
          "source.spm",
          "target.spm",
          "tekken.json",
          "normalizer.json",
          "chat_template.jinja",
          "chat_template.json",
          "preprocessor_config.json",
          "processor_config.json",
          "video_preprocessor_config.json",
          "modules.json",
          "sentence_bert_config.json",
          "config_sentence_transformers.json");

  private static final Pattern KNOWN_KINDS =
      Pattern.compile(
          "(LICEN[CS]E|NOTICE|USE_POLICY)([._-][^/]*)?|[^/]*\\.tiktoken|tiktoken\\.model");

  /** The checkpoint's own weights, and what the output gets a new one of. */
  private static final Pattern REPLACED =
      Pattern.compile(
          "model(-\\d+-of-\\d+)?\\.safetensors|model\\.safetensors\\.index\\.json"
              + "|README\\.md|stockpot-manifest\\.json|stockpot-search");

  /** Of tools that clone, download and run checkpoints: no part of them. */
  private static final Pattern CACHES = Pattern.compile("\\..*|__pycache__");

  private static final Pattern TRAINING_FILES =
      Pattern.compile(
          "optimizer.*\\.(pt|pth|bin|safetensors)|(scheduler|scaler)\\.(pt|bin)|rng_state.*\\.pth"
              + "|random_states_.*\\.pkl|trainer_state\\.json|trainer_log\\.jsonl"
              + "|training_args\\..*|training_.*\\.png|(all|train|eval|test|predict)_results\\.json"
              + "|events\\.out\\.tfevents.*|.*_(optim|model)_states\\.pt|zero_to_fp32\\.py|latest"
              + "|.*\\.log|nohup\\.out");

  private static final Pattern TRAINING_FOLDERS =
      Pattern.compile(
          "checkpoint-\\d+|global_step\\d+|runs|wandb|mlruns|lightning_logs|tensorboard|logs?"
              + "|pytorch_model_fsdp.*|optimizer_\\d+");

  private static final Pattern ADAPTERS = Pattern.compile("adapter_(config\\.json|model.*)");

  private static final Pattern WEIGHTS =
      Pattern.compile(
          ".*\\.(safetensors|bin|pt|pth|ckpt|h5|msgpack|onnx|onnx_data|gguf|ggml|pkl|pickle|tflite|pb"
              + "|distcp|nemo|ot|mlmodel|npz)|.*\\.(safetensors|bin)\\.index\\.json|.*\\.onnx\\.data"
              + "|consolidated.*");

  private static final Pattern WEIGHT_FOLDERS =
      Pattern.compile("original|onnx|openvino|coreml|gguf|.*\\.mlpackage");

  private static final String MODULES = "modules.json";
  private static final int LARGEST_MODULES = 1 << 20;
  private static final JsonFactory JSON = new JsonFactory();

  private SidecarNames() {}

  /** By its path in the checkpoint's directory. */
  static boolean isKnown(String name) {
    return KNOWN.contains(name)
        || KNOWN_KINDS.matcher(name).matches()
        || (name.startsWith(TEMPLATES) && name.endsWith(".jinja"));
  }

  /** Whether nobody misses it in an output; {@code name} without the folders that it is in. */
  static boolean isReplaced(String name) {
    return REPLACED.matcher(name).matches();
  }

  static boolean isCache(String name) {
    return CACHES.matcher(name).matches();
  }

  static boolean isWeights(String name) {
    return WEIGHTS.matcher(name).matches();
  }

  static boolean isAdapter(String name) {
    return ADAPTERS.matcher(name).matches();
  }

  /** Why a file stays behind whatever it holds. */
  static Optional<String> againstFile(String name) {
    if (TRAINING_FILES.matcher(name).matches()) {
      return Optional.of(SidecarFiles.TRAINING);
    }
    return isAdapter(name) ? Optional.of(SidecarFiles.ADAPTER) : Optional.empty();
  }

  /** Why a folder stays behind whatever it holds. */
  static Optional<String> againstFolder(String name) {
    if (TRAINING_FOLDERS.matcher(name).matches()) {
      return Optional.of(SidecarFiles.TRAINING);
    }
    return WEIGHT_FOLDERS.matcher(name).matches()
        ? Optional.of(SidecarFiles.WEIGHTS)
        : Optional.empty();
  }

  /**
   * Of {@code modules.json} of sentence-transformers, which lists the modules that a model is a row
   * of: the folders that hold them ({@code 1_Pooling}, {@code 2_Dense}), each with a {@code /} at
   * its end. None where the file is missing or makes no sense, which is for whoever loads the model
   * to say; the transformer's own is the checkpoint's directory.
   */
  static Set<String> moduleFolders(Path directory) {
    Path file = directory.resolve(MODULES);
    if (!Files.isRegularFile(file)) {
      return Set.of();
    }
    Set<String> folders = new HashSet<>();
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), RegularFiles.bytes(file, LARGEST_MODULES))) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.PROPERTY_NAME
            && "path".equals(parser.currentName())
            && parser.nextToken() == JsonToken.VALUE_STRING
            && !parser.getString().isEmpty()) {
          folders.add(parser.getString() + "/");
        }
      }
    } catch (IOException | JacksonException _) {
      return Set.of();
    }
    return folders;
  }
}
