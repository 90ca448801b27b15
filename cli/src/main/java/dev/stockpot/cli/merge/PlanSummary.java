package dev.stockpot.cli.merge;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a planned merge will read and write, for people and as JSON. */
final class PlanSummary {

  /** A solid-state disk of the better sort, for the estimate. */
  private static final double DISK_BYTES_PER_SECOND = 1e9;

  /** What a pair of cores merges when the inputs are in memory, for the estimate. */
  private static final double MEMORY_BYTES_PER_SECOND = 5e9;

  private PlanSummary() {}

  static String line(PlannedMerge planned) {
    int models = planned.plan().models().size();
    int shards = planned.layout().shards().size();
    return "%d %s, %,d tensors: reads %s, writes %s in %d %s"
        .formatted(
            models,
            models == 1 ? "model" : "models",
            planned.layout().tensors().size(),
            Sizes.format(planned.inputBytes()),
            Sizes.format(planned.shardBytes()),
            shards,
            shards == 1 ? "shard" : "shards");
  }

  static void print(PlannedMerge planned, PrintWriter out) {
    planned
        .warnings()
        .forEach(warning -> out.println("warning: " + Printable.indented(warning, 2)));
    out.println(line(planned));
    out.printf(
        "%d pieces of work, %d of them copies of tensors that are not averaged%n",
        planned.tasks().size(), copies(planned));
    for (ShardLayout shard : planned.layout().shards()) {
      out.printf(
          "  %s  %s, %,d tensors%n",
          shard.fileName(), Sizes.format(shard.fileSize()), shard.tensors().size());
    }
    out.printf(
        "disk: needs %s; %s has %s free%n",
        Sizes.format(planned.shardBytes()),
        planned.plan().output().path(),
        Sizes.format(freeSpace(planned)));
    out.printf(
        "time: about %.1f s if the inputs are in memory, %.1f s from a disk that moves 1 GB/s%n",
        seconds(planned, MEMORY_BYTES_PER_SECOND), seconds(planned, DISK_BYTES_PER_SECOND));
  }

  static Map<String, Object> json(PlannedMerge planned) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("dryRun", true);
    json.put("plan", planned.plan().source().toString());
    json.put("output", planned.plan().output().path().toString());
    json.put("models", planned.plan().models().size());
    json.put("tensors", planned.layout().tensors().size());
    json.put("tasks", planned.tasks().size());
    json.put("copies", copies(planned));
    json.put("inputBytes", planned.inputBytes());
    json.put("outputBytes", planned.outputBytes());
    json.put("diskBytes", planned.shardBytes());
    json.put("freeBytes", freeSpace(planned));
    json.put(
        "shards",
        planned.layout().shards().stream()
            .map(shard ->
                Map.of(
                    "file", shard.fileName(),
                    "bytes", shard.fileSize(),
                    "tensors", shard.tensors().size()))
            .toList());
    json.put("secondsInMemory", seconds(planned, MEMORY_BYTES_PER_SECOND));
    json.put("secondsFromDisk", seconds(planned, DISK_BYTES_PER_SECOND));
    json.put("warnings", List.copyOf(planned.warnings()));
    return json;
  }

  private static long copies(PlannedMerge planned) {
    return planned.tasks().stream()
        .filter(task -> task.operation() == TensorTask.Operation.COPY)
        .count();
  }

  private static double seconds(PlannedMerge planned, double bytesPerSecond) {
    return (planned.inputBytes() + planned.outputBytes()) / bytesPerSecond;
  }

  /** Of the file system that the output will be on: its nearest directory that exists. */
  private static long freeSpace(PlannedMerge planned) {
    java.nio.file.Path at = planned.plan().output().path();
    while (at.getParent() != null && java.nio.file.Files.notExists(at)) {
      at = at.getParent();
    }
    return at.toFile().getUsableSpace();
  }
}
