package dev.stockpot.merge;

import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.plan.NonFinitePolicy;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What tasks of one job share.
 *
 * @param run names this run of the job
 * @param models the models as the plan names them, for messages
 * @param inputs the input files by the index that tasks use
 * @param soups what is made of the sources of every task; at least one
 * @param staging absolute path of the directory that holds the shards until they are committed
 * @param stagingToken what the file {@link #TOKEN_FILE} in the staging directory holds: who reads
 *     it there sees the same directory as the coordinator
 * @param shards file names of each soup's shards by the index that tasks use
 * @param nonFinite what becomes of NaN and infinity in an output
 * @param reuseSources whether later jobs will read the same ranges of the same inputs: a device
 *     does well to keep them
 */
public record MergeSpec(
    String run,
    List<String> models,
    Map<Integer, InputRef> inputs,
    List<SoupSpec> soups,
    String staging,
    String stagingToken,
    Map<Integer, String> shards,
    NonFinitePolicy nonFinite,
    boolean reuseSources) {

  /** Name of the file in the staging directory that holds the token. */
  public static final String TOKEN_FILE = ".stockpot-token";

  public MergeSpec {
    models = List.copyOf(models);
    inputs = Map.copyOf(inputs);
    soups = List.copyOf(soups);
    shards = Map.copyOf(shards);
  }

  /** The input of that index. */
  public InputRef input(int index) {
    return Objects.requireNonNull(inputs.get(index), "input of another spec");
  }

  /** File name of the shard of that index. */
  public String shard(int index) {
    return Objects.requireNonNull(shards.get(index), "shard of another spec");
  }

  /** The shard of a soup that the task writes to. */
  public Path shard(int soup, TensorTask task) {
    return Path.of(staging, soups.get(soup).directory(), shard(task.shard()));
  }

  /** Bytes that the task writes, of all soups. */
  public long outputBytes(TensorTask task) {
    return soups.size() * task.length();
  }

  /** Bytes that the task reads plus bytes that it writes. */
  public long traffic(TensorTask task) {
    return task.inputBytes() + outputBytes(task);
  }

  /** The same, with only the files that these tasks use: small enough to travel with them. */
  public MergeSpec forTasks(Collection<TensorTask> tasks) {
    Map<Integer, InputRef> usedInputs = new TreeMap<>();
    Map<Integer, String> usedShards = new TreeMap<>();
    for (TensorTask task : tasks) {
      usedShards.put(task.shard(), shard(task.shard()));
      for (SourceRange source : task.sources()) {
        usedInputs.put(source.input(), input(source.input()));
      }
    }
    return new MergeSpec(
        run, models, usedInputs, soups, staging, stagingToken, usedShards, nonFinite, reuseSources);
  }
}
