package dev.stockpot.worker.storage;

import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.protocol.StorageUse.Way;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * The files of a job that another process planned: each is opened here if it lies in the roots and
 * is the very file that is meant, and reached through the coordinator if not. What was found of a
 * file holds for the whole run.
 */
final class ChosenFiles implements RunStorage {

  private static final int MOST_USES = 64;

  /** How the output is named to people. */
  private static final String OUTPUT = "output";

  /** One shard of every soup, as it was told; may be no valid path. */
  private record Shard(String directory, String name) {}

  private final String run;
  private final DataPlane dataPlane;
  private final OpenFiles files;
  private final ShardFiles shards;
  private final FileIdentity identity;

  /** Why a file cannot be opened here; empty if it can. */
  private final Map<InputRef, Optional<String>> inputs = new ConcurrentHashMap<>();

  private final Map<Shard, Optional<String>> outputs = new ConcurrentHashMap<>();

  ChosenFiles(String run, Roots roots, DataPlane dataPlane) {
    this.run = run;
    this.dataPlane = dataPlane;
    this.files = new OpenFiles(roots::open);
    this.shards = new ShardFiles(files);
    this.identity = new FileIdentity(roots, files);
  }

  @Override
  public InputSource inputs(Optional<RemoteAccess> access, BooleanSupplier abandoned) {
    return new InputSource() {
      @Override
      public RangeReader open(MergeSpec spec, TensorTask task, int source) throws IOException {
        SourceRange range = task.sources().get(source);
        InputRef ref = spec.input(range.input());
        if (isSeen(ref)) {
          return files.open(spec, task, source);
        }
        DataPlane.Lease lease = new DataPlane.Lease(remote(ref, task), run, abandoned);
        return dataPlane.read(lease, ref.path(), task, range);
      }

      // What the coordinator would send is the file that it planned with.
      @Override
      public void prove(MergeSpec spec, TensorTask task, int source) throws IOException {
        InputRef ref = spec.input(task.sources().get(source).input());
        if (isSeen(ref)) {
          files.open(spec, task, source).close();
        } else {
          remote(ref, task);
        }
      }

      private RemoteAccess remote(InputRef ref, TensorTask task) {
        return access.orElseThrow(() -> unreachable(task, obstacle(ref).orElseThrow()));
      }
    };
  }

  private boolean isSeen(InputRef ref) {
    return obstacle(ref).isEmpty();
  }

  private Optional<String> obstacle(InputRef ref) {
    return inputs.computeIfAbsent(ref, identity::obstacleToInput);
  }

  @Override
  public Optional<Upload> upload(
      MergeSpec spec, TensorTask task, Optional<RemoteAccess> access, BooleanSupplier abandoned) {
    Optional<String> obstacle =
        outputs.computeIfAbsent(
            new Shard(spec.staging(), spec.shard(task.shard())),
            _ -> identity.obstacleToShards(spec, task));
    if (obstacle.isEmpty()) {
      return Optional.empty();
    }
    RemoteAccess remote = access.orElseThrow(() -> unreachable(task, obstacle.get()));
    return Optional.of(dataPlane.upload(new DataPlane.Lease(remote, run, abandoned), spec, task));
  }

  private static MergeException unreachable(TensorTask task, String obstacle) {
    return MergeException.environment(
        "%s: %s; and the coordinator does not offer to send it. Mount the file system at the same path on this node and add the directory to 'stockpot.worker.roots', or switch on the coordinator's HTTP API"
            .formatted(task.tensor(), obstacle),
        null);
  }

  @Override
  public ShardFiles shards() {
    return shards;
  }

  /** A directory counts as opened here only if all of its files are. */
  @Override
  public List<StorageUse> uses() {
    Map<String, Way> ways = new TreeMap<>();
    inputs.forEach((ref, obstacle) -> add(ways, directory(ref.path()), obstacle));
    List<StorageUse> uses = new ArrayList<>();
    Map<String, Way> output = new TreeMap<>();
    outputs.values().forEach(obstacle -> add(output, OUTPUT, obstacle));
    output.forEach((name, way) -> uses.add(new StorageUse(run, name, way)));
    ways.forEach((directory, way) -> uses.add(new StorageUse(run, directory, way)));
    return uses.subList(0, Math.min(uses.size(), MOST_USES));
  }

  private static String directory(String file) {
    return file.substring(0, Math.max(0, file.lastIndexOf(File.separatorChar)));
  }

  private static void add(Map<String, Way> ways, String name, Optional<String> obstacle) {
    ways.merge(
        name,
        obstacle.isEmpty() ? Way.DIRECT : Way.COORDINATOR,
        (one, other) -> one == Way.COORDINATOR ? one : other);
  }

  @Override
  public void close() {
    files.close();
  }
}
