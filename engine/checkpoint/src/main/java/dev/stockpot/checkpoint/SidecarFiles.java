package dev.stockpot.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The files beside the weights that a checkpoint needs to be loaded and passed on: configuration,
 * tokenizer, chat templates, image and audio processors, the Python code that {@code auto_map} in
 * config.json names, and licences. No weights, no model card.
 */
public final class SidecarFiles {
  private static final String TEMPLATES = "additional_chat_templates";

  private static final Set<String> NAMES =
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
          "video_preprocessor_config.json");

  private static final Pattern PATTERNS =
      Pattern.compile(
          "(LICEN[CS]E|NOTICE|USE_POLICY)([._-].*)?"
              + "|.*\\.tiktoken|tiktoken\\.model"
              + "|(configuration|modeling|tokenization|processing|image_processing)_.*\\.py");

  /**
   * One file.
   *
   * @param name relative to the checkpoint's directory, with {@code /} between its parts
   * @param source the file itself, symbolic links resolved
   * @param size in bytes
   */
  public record Sidecar(String name, Path source, long size) {}

  private SidecarFiles() {}

  /**
   * Lists them by name.
   *
   * @throws CheckpointException if the directory, or one of them, cannot be read, or is a pipe, a
   *     socket or a device
   */
  public static List<Sidecar> in(Path directory) {
    List<Sidecar> found = new ArrayList<>();
    for (Path path : entries(directory)) {
      String name = String.valueOf(path.getFileName());
      if (NAMES.contains(name) || PATTERNS.matcher(name).matches()) {
        add(found, name, path);
      } else if (name.equals(TEMPLATES) && Files.isDirectory(path)) {
        for (Path template : entries(path)) {
          if (template.toString().endsWith(".jinja")) {
            add(found, TEMPLATES + "/" + template.getFileName(), template);
          }
        }
      }
    }
    found.sort(Comparator.comparing(Sidecar::name));
    return List.copyOf(found);
  }

  private static List<Path> entries(Path directory) {
    List<Path> paths = new ArrayList<>();
    try {
      RegularFiles.requireDirectory(directory);
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        stream.forEach(paths::add);
      }
    } catch (IOException e) {
      throw FileErrors.of(directory, e);
    }
    return paths;
  }

  private static void add(List<Sidecar> found, String name, Path path) {
    try {
      Path source = path.toRealPath();
      if (!Files.isDirectory(source)) {
        found.add(new Sidecar(name, source, RegularFiles.size(source)));
      }
    } catch (IOException e) {
      throw FileErrors.of(path, e);
    }
  }
}
