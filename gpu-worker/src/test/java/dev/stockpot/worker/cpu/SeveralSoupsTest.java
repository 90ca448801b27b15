package dev.stockpot.worker.cpu;

import static dev.stockpot.worker.storage.FakeCoordinator.SERVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.DataPlaneSettings;
import dev.stockpot.worker.storage.FakeCoordinator;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Roots;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks whose sources are read once and made into several soups. */
class SeveralSoupsTest {

  private static final int ELEMENTS = 20_000;

  private static final SoupSpec ALL =
      new SoupSpec("all", List.of(0, 1, 2, 3), IntegerWeights.over(10, 1, 2, 3, 4));
  private static final SoupSpec SOME =
      new SoupSpec("some", List.of(1, 3), IntegerWeights.over(3, 1, 2));
  private static final SoupSpec ONE = new SoupSpec("one", List.of(2), IntegerWeights.over(1, 1));

  @TempDir private Path directory;

  private RawMerge merge(Dtype output) {
    return RawMerge.random(
            directory, ELEMENTS, output, Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.BF16)
        .tolerant()
        .making(ALL, SOME, ONE);
  }

  private static Receipt run(RawMerge merge, TensorTask task, AtomicLong bytesRead)
      throws IOException {
    try (OpenFiles files = new OpenFiles();
        ChunkLoop loop = new ChunkLoop(Kernels.best().newKernel(), 4_096)) {
      return Objects.requireNonNull(
          loop.run(
              (spec, of, source) -> counting(files.open(spec, of, source), bytesRead),
              new ShardFiles(files),
              merge.spec(),
              task,
              () -> false));
    }
  }

  private static RangeReader counting(RangeReader reader, AtomicLong bytes) {
    return new RangeReader() {
      @Override
      public void read(MemorySegment target) throws IOException {
        bytes.addAndGet(target.byteSize());
        reader.read(target);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  private static void expectEachShardWritten(RawMerge merge) throws IOException {
    for (int soup = 0; soup < merge.soups().size(); soup++) {
      assertThat(merge.writtenShard(soup)).as("soup %d", soup).isEqualTo(merge.expectedShard(soup));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16", "F32", "F64"})
  void eachHasTheBitsOfItsOwnSourcesAndWeights(Dtype output) throws IOException {
    RawMerge merge = merge(output);
    for (TensorTask task : merge.pieces(7_777)) {
      Receipt receipt = run(merge, task, new AtomicLong());
      for (int soup = 0; soup < 3; soup++) {
        assertThat(receipt.outputs().get(soup).crc()).isEqualTo(merge.expectedCrc(task, soup));
      }
      assertThat(receipt.sourceCrcs())
          .containsExactly(
              merge.sourceCrc(task, 0),
              merge.sourceCrc(task, 1),
              merge.sourceCrc(task, 2),
              merge.sourceCrc(task, 3));
    }
    expectEachShardWritten(merge);
  }

  @Test
  void everySourceIsReadOnce() throws IOException {
    RawMerge merge = merge(Dtype.BF16);
    AtomicLong bytesRead = new AtomicLong();
    run(merge, merge.task(), bytesRead);
    assertThat(bytesRead).hasValue((2 + 2 + 4 + 2) * ELEMENTS);
  }

  @Test
  void copiesGoIntoEachOfThem() throws IOException {
    byte[] bytes = "the same in all of them".getBytes(StandardCharsets.UTF_8);
    RawMerge merge =
        RawMerge.of(
                directory,
                List.of(bytes, bytes.clone(), bytes.clone(), bytes.clone()),
                List.of(Dtype.U8, Dtype.U8, Dtype.U8, Dtype.U8),
                Dtype.U8)
            .making(ALL, SOME, ONE);
    run(merge, merge.task(), new AtomicLong());
    expectEachShardWritten(merge);
  }

  @Test
  void theOneThatWouldHoldAnInfinityIsNamedWithTheModelThatBringsIt() {
    byte[] finite = new byte[6];
    byte[] infinite = {0, 0, 0, 0, (byte) 0x80, 0x7f};
    List<Dtype> dtypes = List.of(Dtype.BF16, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    RawMerge merge =
        RawMerge.of(directory, List.of(finite, finite, finite, infinite), dtypes, Dtype.BF16)
            .making(ONE, SOME);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> run(merge, merge.task(), new AtomicLong()))
        .withMessageStartingWith(
            "some.tensor: element 2 of soup 'some' is infinite; it comes from model-3");
  }

  @Test
  void theirBytesGoThroughTheCoordinatorTogether() throws Exception {
    RawMerge merge = merge(Dtype.BF16);
    List<TensorTask> tasks = merge.pieces(3_000);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (FakeCoordinator coordinator = new FakeCoordinator(merge, tasks, _ -> SERVED)) {
      mergeAll(merge, tasks, coordinator, elsewhere);
      for (int soup = 0; soup < 3; soup++) {
        assertThat(coordinator.shard(soup)).isEqualTo(merge.expectedShard(soup));
        assertThat(merge.writtenShard(soup)).isEqualTo(merge.emptyShard());
      }
      assertThat(coordinator.requests).as("four sources, one output").hasSize(5 * tasks.size());
    }
  }

  @Test
  void theirShardsAreWrittenDirectlyOnlyWhereAllOfThemAreSeen() throws Exception {
    RawMerge merge = merge(Dtype.BF16);
    List<TensorTask> tasks = List.of(merge.task());
    try (FakeCoordinator coordinator = new FakeCoordinator(merge, tasks, _ -> SERVED)) {
      mergeAll(merge, tasks, coordinator, directory);
      assertThat(coordinator.requests).isEmpty();
      expectEachShardWritten(merge);
      Files.delete(merge.shard(2));
      mergeAll(merge, tasks, coordinator, directory);
      assertThat(coordinator.requests).containsExactly("PUT /v1/data/job/tasks/0");
      assertThat(coordinator.shard(2)).isEqualTo(merge.expectedShard(2));
    }
  }

  @Test
  void noShardOutsideTheStagingDirectoryIsWrittenWhateverTheSoupsDirectory() throws Exception {
    Path staging = Files.createDirectory(directory.resolve("staging"));
    Path other = Files.createDirectory(directory.resolve("other"));
    Path victim = other.resolve(RawMerge.SHARD);
    RawMerge merge = RawMerge.random(staging, 100, Dtype.BF16, Dtype.BF16);
    Files.write(victim, merge.emptyShard());
    Files.createSymbolicLink(staging.resolve("link"), other);
    MergeSpec spec = merge.spec();
    List<TensorTask> tasks = List.of(merge.task());
    for (String hostile : List.of("../other", other.toString(), "link", "..", "staging/..", "\0")) {
      MergeSpec outside =
          new MergeSpec(
              "job",
              spec.models(),
              spec.inputs(),
              List.of(new SoupSpec(hostile, List.of(0), IntegerWeights.over(1, 1))),
              spec.staging(),
              spec.stagingToken(),
              Map.of(0, RawMerge.SHARD),
              spec.nonFinite(),
              false);
      try (FakeCoordinator coordinator = new FakeCoordinator(merge, tasks, _ -> SERVED)) {
        mergeAll(outside, tasks, coordinator, directory);
        assertThat(coordinator.requests).as(hostile).containsExactly("PUT /v1/data/job/tasks/0");
      }
      assertThat(victim).as(hostile).hasBinaryContent(merge.emptyShard());
    }
  }

  private static void mergeAll(
      RawMerge merge, List<TensorTask> tasks, FakeCoordinator coordinator, Path root)
      throws InterruptedException {
    mergeAll(merge.spec(), tasks, coordinator, root);
  }

  private static void mergeAll(
      MergeSpec spec, List<TensorTask> tasks, FakeCoordinator coordinator, Path root)
      throws InterruptedException {
    Duration patient = Duration.ofSeconds(30);
    DataPlaneSettings settings =
        new DataPlaneSettings(
            patient, patient, DataPlaneSettings.LEAST_BUFFER_BYTES, 2, Optional.empty());
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    try (NodeStorage storage = NodeStorage.within(new Roots(List.of(root)), settings);
        CpuExecutor executor =
            new CpuExecutor(new CpuSettings(2, 1_000), Kernels.scalar(), storage)) {
      executor.submit(
          new LeaseId("job", 1), spec, tasks, Optional.of(coordinator.access()), outcomes::addAll);
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(outcomes.poll(60, TimeUnit.SECONDS)).isInstanceOf(Outcome.Merged.class);
      }
    }
  }
}
