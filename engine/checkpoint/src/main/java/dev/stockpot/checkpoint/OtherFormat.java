package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.problem.Printable;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Weights in other formats than safetensors, by a file's name, and how they are converted. */
enum OtherFormat {
  GGUF(".*\\.gguf", "is a GGUF file, which holds quantized weights as a rule"),
  UNFINISHED(".*\\.(incomplete|part|crdownload|aria2)", "is an unfinished download"),
  FSDP(".*\\.distcp|pytorch_model_fsdp.*\\.bin", "is a part of an FSDP checkpoint"),
  DEEPSPEED(".*(optim|model)_states\\.pt", "is a part of a DeepSpeed checkpoint"),
  TORCH(".*\\.(bin|pt|pth|ckpt)", "is a PyTorch file, not in the safetensors format"),
  OTHER(".*\\.(h5|msgpack|onnx|npz)", "is not in the safetensors format");

  private final Pattern names;

  /** What such a file is, as the rest of a sentence about it. */
  final String what;

  OtherFormat(String names, String what) {
    this.names = Pattern.compile(names);
    this.what = what;
  }

  /** The format of a file of that name, if it is one of these. */
  static Optional<OtherFormat> of(String name) {
    for (OtherFormat each : values()) {
      if (each.names.matcher(name).matches()) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /**
   * What to do.
   *
   * @param directory that the file lies in
   */
  String cure(Path directory) {
    String word = Printable.word(directory.toString());
    return switch (this) {
      case GGUF -> "use the checkpoint that it was made from";
      case UNFINISHED -> "finish it: run the same download again";
      case FSDP ->
          "write its weights as safetensors, and put config and tokenizer beside them: accelerate"
              + " merge-weights "
              + word
              + " OUT";
      case DEEPSPEED ->
          "write its weights as safetensors, and put config and tokenizer beside them: python "
              + Printable.word(directory.resolve("zero_to_fp32.py").toString())
              + " "
              + word
              + " OUT --safe_serialization";
      case TORCH ->
          "convert it to safetensors first: python -c \"import sys; from transformers import"
              + " AutoModelForCausalLM as M; d = sys.argv[1]; M.from_pretrained(d, dtype='auto')"
              + ".save_pretrained(d + '-safetensors')\" "
              + word;
      case OTHER -> "convert it to safetensors first";
    };
  }
}
