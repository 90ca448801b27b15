package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.plan.MergePlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A merge whose every byte has its place: made from headers alone, before any weight is read. It
 * makes one soup or several, all laid out alike.
 *
 * @param plan names the models and the output; how the models are weighed, {@code soups} say
 * @param soups at least one
 * @param checkpoints one per model of the plan, in its order
 * @param inputs every input file; tasks name them by index
 * @param layout of each soup
 * @param tasks every byte of a soup's tensors exactly once; the task at index i has id i
 * @param series how many soups a merge of its series makes at most; empty for a merge of its own
 * @param donor directory that config and tokenizer come from; empty if the donor is a lone file
 * @param outputDtype dtype of most of the output's bytes, for its config
 * @param untied whether the output has a head of its own, though the donor's config ties it
 * @param warnings for the user; none of them stops the merge
 */
public record PlannedMerge(
    MergePlan plan,
    List<PlannedSoup> soups,
    List<Checkpoint> checkpoints,
    List<InputFile> inputs,
    CheckpointLayout layout,
    List<TensorTask> tasks,
    OptionalInt series,
    Optional<Path> donor,
    Optional<Dtype> outputDtype,
    boolean untied,
    List<String> warnings) {

  public PlannedMerge {
    soups = List.copyOf(soups);
    checkpoints = List.copyOf(checkpoints);
    inputs = List.copyOf(inputs);
    tasks = List.copyOf(tasks);
    warnings = List.copyOf(warnings);
  }

  /**
   * What the tasks share, for one run.
   *
   * @param staging absolute directory of the shards
   * @param stagingToken what its token file holds
   */
  public MergeSpec spec(String run, Path staging, String stagingToken) {
    Map<Integer, InputRef> inputRefs = new HashMap<>();
    for (InputFile input : inputs) {
      inputRefs.put(inputRefs.size(), input.ref());
    }
    Map<Integer, String> shards = new HashMap<>();
    for (ShardLayout shard : layout.shards()) {
      shards.put(shards.size(), shard.fileName());
    }
    return new MergeSpec(
        run,
        plan.models().stream().map(MergePlan.Ingredient::reference).toList(),
        inputRefs,
        soups.stream().map(PlannedSoup::spec).toList(),
        staging.toString(),
        stagingToken,
        shards,
        plan.nonFinite(),
        series.isPresent());
  }

  /** Every shard of every soup by its path below the output's directory, in order. */
  public Map<Path, ShardLayout> shards() {
    Map<Path, ShardLayout> shards = new LinkedHashMap<>();
    for (PlannedSoup soup : soups) {
      for (ShardLayout shard : layout.shards()) {
        shards.put(Path.of(soup.spec().directory(), shard.fileName()), shard);
      }
    }
    return shards;
  }

  /** The shards that the task writes to, one of each soup, by their paths likewise. */
  public List<Path> shardsOf(TensorTask task) {
    String file = layout.shards().get(task.shard()).fileName();
    return soups.stream().map(soup -> Path.of(soup.spec().directory(), file)).toList();
  }

  /** Bytes that the tasks read. */
  public long inputBytes() {
    return tasks.stream().mapToLong(TensorTask::inputBytes).sum();
  }

  /** Bytes of the tensors of all soups. */
  public long outputBytes() {
    return soups.size() * layout.totalSize();
  }

  /** Bytes of the shards of all soups, headers included. */
  public long shardBytes() {
    return soups.size() * layout.shards().stream().mapToLong(ShardLayout::fileSize).sum();
  }

  /**
   * SHA-256, in hex, of all that decides the output's bytes and how the tasks divide them: receipts
   * of a run with another fingerprint are worth nothing.
   */
  public String fingerprint() {
    MessageDigest digest = Sha256.digest();
    for (PlannedSoup soup : soups) {
      add(digest, soup.spec().directory() + " " + soup.fingerprint());
    }
    series.ifPresent(most -> add(digest, "divided as for " + most));
    return Sha256.hex(digest);
  }

  /** The same of what decides the bytes of one soup, which this plan makes alone. */
  static String fingerprint(MergePlan plan, List<InputFile> inputs, List<String> decisions) {
    MessageDigest digest = Sha256.digest();
    add(digest, plan.fingerprint());
    add(digest, "kernel " + Kernels.KERNEL_VERSION + " planner " + MergePlanner.VERSION);
    for (InputFile input : inputs) {
      add(
          digest,
          "%s %d %s %s"
              .formatted(input.path(), input.size(), input.lastModified(), input.headerSha256()));
    }
    decisions.forEach(decision -> add(digest, decision));
    return Sha256.hex(digest);
  }

  private static void add(MessageDigest digest, String line) {
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
  }
}
