package dev.stockpot.benchmarks.gpu;

import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Tasks given to an executor by hand, with no actor and no journal between. */
final class DirectMerge {

  private static final int PATIENCE_SECONDS = 300;
  private static final int LEASE_TASKS = 256;

  private DirectMerge() {}

  /**
   * How it went.
   *
   * @param seconds from the first lease to the last receipt
   * @param checksums of every task's output
   */
  record Result(double seconds, List<Integer> checksums) {}

  /**
   * Merges into new shards.
   *
   * @param tasks all of the merge's, in the order in which they are leased
   * @param staging directory that does not exist yet
   * @param reuse whether the sources will be merged again
   */
  static Result run(
      DeviceExecutor executor,
      PlannedMerge planned,
      List<TensorTask> tasks,
      Path staging,
      boolean reuse)
      throws IOException, InterruptedException {
    Files.createDirectories(staging);
    for (Map.Entry<Path, ShardLayout> shard : planned.shards().entrySet()) {
      create(staging.resolve(shard.getKey()), shard.getValue());
    }
    MergeSpec spec = planned.spec("direct", staging, "");
    return run(executor, reuse ? reusing(spec) : spec, tasks);
  }

  /** The same into files that are there. */
  static Result run(DeviceExecutor executor, MergeSpec spec, List<TensorTask> tasks)
      throws IOException, InterruptedException {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    long start = System.nanoTime();
    for (int from = 0; from < tasks.size(); from += LEASE_TASKS) {
      List<TensorTask> leased = tasks.subList(from, Math.min(tasks.size(), from + LEASE_TASKS));
      executor.submit(
          new LeaseId(spec.run(), from + 1L),
          spec.forTasks(leased),
          leased,
          Optional.empty(),
          outcomes::addAll);
    }
    Integer[] checksums = new Integer[tasks.size()];
    for (int i = 0; i < tasks.size(); i++) {
      Outcome outcome = outcomes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!(outcome instanceof Outcome.Merged(LeaseId _, Receipt receipt))) {
        throw new IOException("not merged: " + outcome);
      }
      checksums[receipt.task()] = receipt.outputs().getFirst().crc();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    executor.leases().release(spec.run());
    return new Result(seconds, List.of(checksums));
  }

  private static void create(Path file, ShardLayout shard) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      channel.write(ByteBuffer.wrap(shard.header()));
      channel.write(ByteBuffer.allocate(1), shard.fileSize() - 1);
    }
  }

  private static MergeSpec reusing(MergeSpec spec) {
    return new MergeSpec(
        spec.run(),
        spec.models(),
        spec.inputs(),
        spec.soups(),
        spec.staging(),
        spec.stagingToken(),
        spec.shards(),
        spec.nonFinite(),
        true);
  }
}
