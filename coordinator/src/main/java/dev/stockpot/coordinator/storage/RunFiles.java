package dev.stockpot.coordinator.storage;

import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Files of one run, opened when they are first used and shared by all connections: positional reads
 * and writes need no lock. Once closed, it opens nothing any more.
 */
final class RunFiles implements AutoCloseable {

  private final PlannedMerge planned;
  private final Path shards;
  private final Executor blocking;
  private final OpenFiles files = new OpenFiles();
  private final Map<Path, GroupedForce> forces = new ConcurrentHashMap<>();
  private final Map<Integer, TaskPlace> places = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * No file is open yet.
   *
   * @param shards directory of the staged shards
   */
  RunFiles(PlannedMerge planned, Path shards, Executor blocking) {
    this.planned = planned;
    this.shards = shards;
    this.blocking = blocking;
  }

  List<InputFile> inputs() {
    return planned.inputs();
  }

  FileChannel input(int index) throws IOException {
    return unlessClosed(files.input(inputs().get(index).path()));
  }

  /** The staged shards that the task writes to, one of each soup. */
  List<Path> shards(TensorTask task) {
    return planned.shardsOf(task).stream().map(shards::resolve).toList();
  }

  /** A staged shard, which must exist: a shard that is gone means that its run is over. */
  FileChannel shard(Path shard) throws IOException {
    return unlessClosed(files.shard(shard));
  }

  /** Room on the shards' file system, beside them. */
  Spool spool() throws IOException {
    return Spool.in(
        Objects.requireNonNull(shards.getParent(), "a shard directory is below the output's"));
  }

  TaskPlace place(int task) {
    return places.computeIfAbsent(task, _ -> new TaskPlace());
  }

  /** Completes once all that was written to these shards is in storage. */
  CompletionStage<Void> force(List<Path> written) {
    if (closed) {
      return CompletableFuture.failedStage(new ClosedChannelException());
    }
    return CompletableFuture.allOf(
        written.stream()
            .map(shard -> force(shard).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  private CompletionStage<Void> force(Path shard) {
    return forces
        .computeIfAbsent(shard, _ -> new GroupedForce(() -> shard(shard).force(false), blocking))
        .force();
  }

  private FileChannel unlessClosed(FileChannel channel) throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return channel;
  }

  /** From now on everything is refused; the files are closed soon, also under a reader. */
  @Override
  public void close() {
    closed = true;
    blocking.execute(files::close);
  }
}
