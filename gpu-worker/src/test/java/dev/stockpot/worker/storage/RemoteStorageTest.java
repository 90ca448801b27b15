package dev.stockpot.worker.storage;

import static dev.stockpot.worker.storage.FakeCoordinator.CUT;
import static dev.stockpot.worker.storage.FakeCoordinator.SERVED;
import static dev.stockpot.worker.storage.FakeCoordinator.STALLED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SelfSignedKey;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.protocol.StorageUse.Way;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.FakeCoordinator.Fate;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An executor whose worker may open files in some directories only, beside a coordinator. */
@Timeout(120)
class RemoteStorageTest {

  private static final LeaseId LEASE = new LeaseId("job", 1);
  private static final Duration PATIENT = Duration.ofSeconds(30);
  private static final Duration IMPATIENT = Duration.ofMillis(300);
  private static final Optional<SSLContext> PLAIN = Optional.empty();

  @TempDir private Path directory;
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closedLater(T resource) {
    open.add(resource);
    return resource;
  }

  private Path made(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  private RawMerge merge(String name) throws IOException {
    return RawMerge.random(made(name), 20_000, Dtype.BF16, Dtype.BF16, Dtype.F32);
  }

  private FakeCoordinator coordinator(
      RawMerge merge, List<TensorTask> tasks, Function<String, Fate> script) throws IOException {
    return closedLater(new FakeCoordinator(merge, tasks, script));
  }

  private CpuExecutor executor(Duration stall, Optional<SSLContext> tls, Path... roots) {
    DataPlaneSettings settings =
        new DataPlaneSettings(PATIENT, stall, DataPlaneSettings.LEAST_BUFFER_BYTES, 2, tls);
    NodeStorage storage = closedLater(NodeStorage.within(new Roots(List.of(roots)), settings));
    return closedLater(new CpuExecutor(new CpuSettings(2, 1_000), Kernels.scalar(), storage));
  }

  private CpuExecutor executor(Path... roots) {
    return executor(PATIENT, PLAIN, roots);
  }

  private Outcome next() throws InterruptedException {
    Outcome outcome = outcomes.poll(60, TimeUnit.SECONDS);
    assertThat(outcome).as("an outcome").isNotNull();
    return outcome;
  }

  private void expectMerged(
      CpuExecutor executor, MergeSpec spec, List<TensorTask> tasks, RemoteAccess access)
      throws InterruptedException {
    executor.submit(LEASE, spec, tasks, Optional.of(access), outcomes::addAll);
    for (int i = 0; i < tasks.size(); i++) {
      assertThat(next()).isInstanceOf(Outcome.Merged.class);
    }
  }

  private Failure failure(CpuExecutor executor, RawMerge merge, Optional<RemoteAccess> access)
      throws InterruptedException {
    executor.submit(LEASE, merge.spec(), List.of(merge.task()), access, outcomes::addAll);
    Outcome outcome = next();
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static Map<String, Way> ways(CpuExecutor executor) {
    Map<String, Way> ways = new HashMap<>();
    for (StorageUse use : executor.leases().storage()) {
      assertThat(use.run()).isEqualTo("job");
      ways.put(use.files(), use.way());
    }
    return ways;
  }

  @Test
  void whatLiesInTheRootsIsOpenedAndNothingIsAskedOfTheCoordinator() throws Exception {
    RawMerge merge = merge("seen");
    List<TensorTask> tasks = merge.pieces(3_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    CpuExecutor executor = executor(directory);
    expectMerged(executor, merge.spec(), tasks, coordinator.access());
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
    assertThat(coordinator.requests).isEmpty();
    assertThat(ways(executor))
        .isEqualTo(Map.of("output", Way.DIRECT, merge.directory().toString(), Way.DIRECT));
    executor.leases().release("job");
    assertThat(executor.leases().storage()).isEmpty();
  }

  @Test
  void mergesThroughTheCoordinatorMakeTheSameBytes() throws Exception {
    RawMerge merge = merge("unseen");
    List<TensorTask> tasks = merge.pieces(3_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    CpuExecutor executor = executor(made("elsewhere"));
    expectMerged(executor, merge.spec(), tasks, coordinator.access());
    assertThat(coordinator.shard()).isEqualTo(merge.expectedShard());
    assertThat(merge.writtenShard()).as("not touched").isEqualTo(merge.emptyShard());
    assertThat(coordinator.requests).as("one for each source and each output").hasSize(3 * 7);
    assertThat(ways(executor))
        .isEqualTo(
            Map.of("output", Way.COORDINATOR, merge.directory().toString(), Way.COORDINATOR));
  }

  @Test
  void copiesThroughTheCoordinatorMakeTheSameBytes() throws Exception {
    byte[] bytes = new byte[700_000];
    new Random(1).nextBytes(bytes);
    RawMerge merge =
        RawMerge.of(
            made("unseen"),
            List.of(bytes, bytes.clone()),
            List.of(Dtype.I64, Dtype.I64),
            Dtype.I64);
    List<TensorTask> tasks = merge.pieces(300_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    expectMerged(executor(made("elsewhere")), merge.spec(), tasks, coordinator.access());
    assertThat(coordinator.shard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void theReceiptHasTheChecksumsOfWhatCrossed() throws Exception {
    RawMerge merge = merge("unseen");
    List<TensorTask> tasks = merge.pieces(6_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    executor(made("elsewhere"))
        .submit(LEASE, merge.spec(), tasks, Optional.of(coordinator.access()), outcomes::addAll);
    for (int i = 0; i < tasks.size(); i++) {
      Outcome.Merged merged = (Outcome.Merged) next();
      TensorTask task = tasks.get(merged.task());
      assertThat(merged.receipt().outputs().getFirst().crc()).isEqualTo(merge.expectedCrc(task));
      assertThat(merged.receipt().sourceCrcs())
          .containsExactly(merge.sourceCrc(task, 0), merge.sourceCrc(task, 1));
    }
  }

  /** The first input and the output are seen, the second input is not. */
  @Test
  void eachFileGoesItsOwnWay() throws Exception {
    RawMerge merge = merge("seen");
    Path moved = made("hidden").resolve("in1");
    Files.move(merge.input(1), moved);
    Files.createSymbolicLink(merge.input(1), moved);
    List<TensorTask> tasks = merge.pieces(7_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    CpuExecutor executor = executor(merge.directory());
    expectMerged(executor, merge.spec(), tasks, coordinator.access());
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
    assertThat(coordinator.requests)
        .hasSize(tasks.size())
        .containsOnly("GET /v1/data/job/inputs/1");
    assertThat(ways(executor))
        .as("a directory of which one file is not opened")
        .isEqualTo(Map.of("output", Way.DIRECT, merge.directory().toString(), Way.COORDINATOR));
  }

  @Test
  void anotherFileOfTheSamePathIsNotUsed() throws Exception {
    for (String change : List.of("size", "time", "header")) {
      RawMerge merge = merge(change);
      Path input = merge.input(0);
      FileTime written = Files.getLastModifiedTime(input);
      byte[] bytes = merge.inputBytes(0);
      switch (change) {
        case "size" -> bytes = Arrays.copyOf(bytes, bytes.length + 1);
        case "time" -> written = FileTime.from(Instant.EPOCH);
        default -> bytes[9] = ' ';
      }
      Files.write(input, bytes);
      Files.setLastModifiedTime(input, written);
      List<TensorTask> tasks = List.of(merge.task());
      FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
      expectMerged(executor(directory), merge.spec(), tasks, coordinator.access());
      assertThat(merge.writtenShard()).as(change).isEqualTo(merge.expectedShard());
      assertThat(coordinator.requests).as(change).containsExactly("GET /v1/data/job/inputs/0");
    }
  }

  @Test
  void anotherStagingDirectoryOfTheSamePathIsNotWritten() throws Exception {
    for (String token : List.of("another token", "", RawMerge.TOKEN + "x".repeat(300))) {
      RawMerge merge = merge("staging-" + token.length());
      Files.writeString(merge.directory().resolve(MergeSpec.TOKEN_FILE), token);
      List<TensorTask> tasks = List.of(merge.task());
      FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
      expectMerged(executor(directory), merge.spec(), tasks, coordinator.access());
      assertThat(coordinator.shard()).isEqualTo(merge.expectedShard());
      assertThat(merge.writtenShard()).isEqualTo(merge.emptyShard());
      assertThat(coordinator.requests).containsExactly("PUT /v1/data/job/tasks/0");
    }
  }

  @Test
  void aShardThatIsNotThereIsSentAndNotCreated() throws Exception {
    RawMerge merge = merge("seen");
    Files.delete(merge.shard());
    List<TensorTask> tasks = List.of(merge.task());
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
    expectMerged(executor(directory), merge.spec(), tasks, coordinator.access());
    assertThat(coordinator.shard()).isEqualTo(merge.expectedShard());
    assertThat(merge.shard()).doesNotExist();
  }

  @Test
  void noShardOutsideItsDirectoryIsWrittenWhateverItsName() throws Exception {
    RawMerge merge = merge("staging");
    Path other = made("other").resolve("victim");
    Files.write(other, merge.emptyShard());
    Files.createSymbolicLink(merge.directory().resolve("link"), other);
    MergeSpec spec = merge.spec();
    for (String name :
        List.of("../other/victim", other.toString(), "link", MergeSpec.TOKEN_FILE, "..", "\0")) {
      MergeSpec hostile =
          new MergeSpec(
              "job",
              spec.models(),
              spec.inputs(),
              spec.soups(),
              spec.staging(),
              spec.stagingToken(),
              Map.of(0, name),
              spec.nonFinite(),
              false);
      List<TensorTask> tasks = List.of(merge.task());
      FakeCoordinator coordinator = coordinator(merge, tasks, _ -> SERVED);
      expectMerged(executor(directory), hostile, tasks, coordinator.access());
      assertThat(coordinator.requests).as(name).containsExactly("PUT /v1/data/job/tasks/0");
      assertThat(other).as(name).hasBinaryContent(merge.emptyShard());
    }
  }

  @Test
  void withoutAWayToAFileTheFailureSaysWhatIsMissingWhere() throws Exception {
    RawMerge merge = merge("unseen");
    Path root = made("elsewhere");
    Failure failure = failure(executor(root), merge, Optional.empty());
    assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(failure.message())
        .contains("some.tensor", merge.directory().toString(), root.toString())
        .contains("stockpot.worker.roots");
  }

  @Test
  void aConnectionThatIsCutIsWorthAnotherAttempt() throws Exception {
    for (String method : List.of("GET", "PUT")) {
      RawMerge merge = merge("unseen-" + method);
      FakeCoordinator coordinator =
          coordinator(
              merge, List.of(merge.task()), request -> request.startsWith(method) ? CUT : SERVED);
      Failure failure =
          failure(executor(made("elsewhere")), merge, Optional.of(coordinator.access()));
      assertThat(failure.kind()).as(failure.message()).isEqualTo(Failure.Kind.TRANSIENT);
      assertThat(failure.message()).contains("some.tensor", "through the coordinator");
    }
  }

  @Test
  void aConnectionThatStallsIsWorthAnotherAttempt() throws Exception {
    for (String method : List.of("GET", "PUT")) {
      RawMerge merge = merge("unseen-" + method);
      FakeCoordinator coordinator =
          coordinator(
              merge,
              List.of(merge.task()),
              request -> request.startsWith(method) ? STALLED : SERVED);
      Failure failure =
          failure(
              executor(IMPATIENT, PLAIN, made("elsewhere")),
              merge,
              Optional.of(coordinator.access()));
      assertThat(failure.kind()).isEqualTo(Failure.Kind.TRANSIENT);
      assertThat(failure.message()).as(method).contains("some.tensor", "no byte moved");
    }
  }

  @Test
  void anAnswerThatIsNoneSaysItsStatusAndText() throws Exception {
    RawMerge merge = merge("unseen");
    FakeCoordinator coordinator =
        coordinator(merge, List.of(merge.task()), _ -> new Fate.Refused(500));
    Failure failure =
        failure(executor(made("elsewhere")), merge, Optional.of(coordinator.access()));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.TRANSIENT);
    assertThat(failure.message()).contains("answered 500: as the script says");
  }

  @Test
  void aLeaseWhoseCapabilityIsRevokedIsAbandonedWithoutAFailure() throws Exception {
    for (int status : new int[] {403, 404}) {
      for (String method : List.of("GET", "PUT")) {
        RawMerge merge = merge("unseen-%s-%d".formatted(method, status));
        List<TensorTask> tasks = merge.pieces(2_000);
        FakeCoordinator coordinator =
            coordinator(
                merge,
                tasks,
                request -> request.startsWith(method) ? new Fate.Refused(status) : SERVED);
        CpuExecutor executor = executor(made("elsewhere"));
        executor.submit(
            LEASE, merge.spec(), tasks, Optional.of(coordinator.access()), outcomes::addAll);
        assertThat(next()).isInstanceOf(Outcome.LeaseOver.class);
        executor.close();
        assertThat(outcomes).allMatch(Outcome.LeaseOver.class::isInstance);
        outcomes.clear();
      }
    }
  }

  @Test
  void aCoordinatorThatIsNotThereOrStandsByIsPassedOver() throws Exception {
    RawMerge merge = merge("unseen");
    List<TensorTask> tasks = merge.pieces(7_000);
    FakeCoordinator standby = coordinator(merge, tasks, _ -> new Fate.Refused(503));
    FakeCoordinator active = coordinator(merge, tasks, _ -> SERVED);
    String nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = "http://localhost:" + socket.getLocalPort();
    }
    RemoteAccess access =
        new RemoteAccess(
            List.of("no url", nobody, standby.url(), active.url() + "/"),
            FakeCoordinator.CAPABILITY);
    Failure failure = failure(executor(made("elsewhere")), merge, Optional.of(access));
    assertThat(failure.message()).contains("'no url' is no address");

    RemoteAccess right = new RemoteAccess(access.urls().subList(1, 4), access.capability());
    expectMerged(executor(made("elsewhere")), merge.spec(), tasks, right);
    assertThat(active.shard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void anAbandonedLeaseEndsWhileItWaitsForBytes() throws Exception {
    RawMerge merge = merge("unseen");
    FakeCoordinator coordinator = coordinator(merge, List.of(merge.task()), _ -> STALLED);
    CpuExecutor executor = executor(made("elsewhere"));
    executor.submit(
        LEASE,
        merge.spec(),
        List.of(merge.task()),
        Optional.of(coordinator.access()),
        outcomes::addAll);
    executor.leases().abandon(LEASE);
    RawMerge seen = merge("elsewhere");
    executor.submit(
        new LeaseId("job", 2),
        seen.spec(),
        List.of(seen.task()),
        Optional.of(coordinator.access()),
        outcomes::addAll);
    assertThat(next()).isInstanceOf(Outcome.Merged.class);
    executor.close();
    assertThat(outcomes).isEmpty();
  }

  @Test
  void bytesCrossUnderTlsFromTheOneThatIsTrusted() throws Exception {
    SelfSignedKey keys = SelfSignedKey.in(directory.resolve("here.p12"), "dns:localhost");
    RawMerge merge = merge("unseen");
    List<TensorTask> tasks = merge.pieces(7_000);
    FakeCoordinator coordinator =
        closedLater(new FakeCoordinator(merge, tasks, _ -> SERVED, keys.server()));
    CpuExecutor executor = executor(PATIENT, Optional.of(keys.client()), made("elsewhere"));
    expectMerged(executor, merge.spec(), tasks, coordinator.access());
    assertThat(coordinator.shard()).isEqualTo(merge.expectedShard());

    CpuExecutor distrustful = executor(PATIENT, PLAIN, made("elsewhere"));
    Failure failure = failure(distrustful, merge, Optional.of(coordinator.access()));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.TRANSIENT);
    assertThat(failure.message()).contains("unable to find valid certification path");
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    SelfSignedKey keys =
        SelfSignedKey.in(directory.resolve("elsewhere.p12"), "dns:elsewhere.example");
    RawMerge merge = merge("unseen");
    FakeCoordinator coordinator =
        closedLater(new FakeCoordinator(merge, List.of(merge.task()), _ -> SERVED, keys.server()));
    Failure failure =
        failure(
            executor(PATIENT, Optional.of(keys.client()), made("elsewhere")),
            merge,
            Optional.of(coordinator.access()));
    assertThat(failure.message()).contains("No subject alternative DNS name matching localhost");
    assertThat(coordinator.requests).isEmpty();
  }

  @Test
  void aLeaseIsWithdrawnOnlyBeforeItsFirstTaskBegins() throws Exception {
    RawMerge merge = merge("unseen");
    List<TensorTask> tasks = merge.pieces(5_000);
    FakeCoordinator coordinator = coordinator(merge, tasks, _ -> STALLED);
    CpuExecutor executor = executor(made("elsewhere"));
    Optional<RemoteAccess> access = Optional.of(coordinator.access());
    executor.submit(LEASE, merge.spec(), tasks, access, outcomes::addAll);
    assertThat(coordinator.requests.poll(20, TimeUnit.SECONDS)).as("begun").isNotNull();
    LeaseId waiting = new LeaseId("job", 2);
    executor.submit(waiting, merge.spec(), tasks, access, outcomes::addAll);
    assertThat(executor.leases().withdraw(LEASE)).isFalse();
    assertThat(executor.leases().withdraw(waiting)).isTrue();
    assertThat(executor.leases().withdraw(waiting)).as("not there any more").isFalse();
  }
}
