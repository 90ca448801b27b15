package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.evaluate.ScoreFormat;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Names what soups hold and how they were scored, so that a result is found again as long as
 * nothing that decides it changed. The files themselves are not read: paths, sizes, times and
 * headers stand for them, as they do where a merge goes on.
 *
 * @param models one for each model of the plan
 * @param companions config and tokenizer, and what else decides every soup alike
 */
record Contents(List<String> models, String companions) {

  Contents {
    models = List.copyOf(models);
  }

  /** Blocks: looks at every file's attributes. */
  static Contents of(SearchPlan plan, PlannedMerge planned) {
    List<String> models = new ArrayList<>();
    for (Checkpoint checkpoint : planned.checkpoints()) {
      List<String> lines = new ArrayList<>(files(checkpoint.path()));
      for (CheckpointFile file : checkpoint.files()) {
        lines.add("header " + file.header().sha256());
      }
      models.add(sha256(lines));
    }
    Path donor = plan.donor().orElse(plan.models().getFirst().path());
    List<String> shared =
        new ArrayList<>(
            List.of(
                plan.method().planName(),
                plan.dtypes().dtype().map(Dtype::name).orElse("inputs"),
                "kernel " + Kernels.KERNEL_VERSION));
    plan.dtypes().keepFloat32().forEach(pattern -> shared.add("keep_float32 " + pattern));
    shared.addAll(files(donor));
    return new Contents(models, sha256(shared));
  }

  private static List<String> files(Path checkpoint) {
    try {
      TreeMap<Path, String> lines = new TreeMap<>();
      for (Path file : FileTrees.all(checkpoint)) {
        if (Files.isRegularFile(file)) {
          BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
          lines.put(file, "%s %d %s".formatted(file, is.size(), is.lastModifiedTime()));
        }
      }
      return List.copyOf(lines.values());
    } catch (IOException e) {
      throw MergeException.environment(
          checkpoint + ": cannot be read: " + FileErrors.located(e), e);
    }
  }

  /** A soup; models without a share are no part of it. */
  String of(Weights weights) {
    List<String> lines = new ArrayList<>(List.of("soup 1", companions));
    for (int model = 0; model < models.size(); model++) {
      if (weights.numerators().get(model) != 0) {
        lines.add(weights.text(model) + " " + models.get(model));
      }
    }
    return sha256(lines);
  }

  String evaluation(
      String content, List<String> command, List<String> categories, ScoreFormat format) {
    List<String> lines = new ArrayList<>(List.of("evaluation 1", content));
    lines.add("command " + command.size());
    lines.addAll(command);
    lines.add("categories " + categories.size());
    lines.addAll(categories);
    lines.add("scale " + format.scale());
    lines.add("metrics " + new TreeMap<>(format.metrics()));
    return sha256(lines);
  }

  /** The length in front keeps a text with a line break from passing for two. */
  static String sha256(List<String> lines) {
    MessageDigest digest = Sha256.digest();
    for (String line : lines) {
      digest.update((line.length() + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Sha256.hex(digest);
  }
}
