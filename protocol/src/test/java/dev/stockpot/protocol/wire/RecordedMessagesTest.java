package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What release 0.1 sends stays readable for all its successors of one minor release. The file holds
 * a manifest and bytes for each of {@link #messages}, in order, and none of its lines ever changes.
 */
class RecordedMessagesTest {
  private static final String RECORDING = "messages-0.1.txt";

  @RegisterExtension static final Wire wire = new Wire();

  private static List<WireMessage> messages() {
    LeaseId lease = new LeaseId("paper-8b-1", 300);
    WorkerId worker = new WorkerId("node-3/cpu", 1_764_000_000_123L);
    List<WireMessage> messages = new ArrayList<>();
    messages.add(
        new MergeTensors(
            lease,
            spec(NonFinitePolicy.FAIL, false),
            List.of(task(Operation.MERGE, Dtype.BF16), task(Operation.COPY, Dtype.F32)),
            Optional.of(new RemoteAccess(List.of("https://coordinator:7625"), "s3cret")),
            wire.actor("/user/desk#17")));
    messages.add(
        new MergeTensors(
            lease,
            spec(NonFinitePolicy.WARN, false),
            List.of(Dtype.values()).stream().map(type -> task(Operation.MERGE, type)).toList(),
            Optional.empty(),
            wire.actor("/user/desk#17")));
    messages.add(new AcknowledgeReceipts(lease, List.of(0, 127, 128, 100_000)));
    messages.add(new CloseLease(lease));
    for (WorkerState state : List.of(WorkerState.WORKING, WorkerState.DRAINING)) {
      messages.add(
          new WorkerReported(
              worker,
              wire.actor("/user/worker-0#-5"),
              new Device("cpu", "Größe 9", "2 threads"),
              1L << 32,
              List.of(lease, new LeaseId("other", 0)),
              state,
              2,
              List.of(
                  new StorageUse("paper-8b-1", "/models/a", StorageUse.Way.DIRECT),
                  new StorageUse("paper-8b-1", "output", StorageUse.Way.COORDINATOR)),
              Optional.empty(),
              Optional.empty()));
    }
    messages.add(
        new TensorsMerged(
            worker,
            lease,
            List.of(
                new Receipt(
                    41,
                    List.of(
                        new Receipt.Output(0xfedc_ba98, 3, 4), new Receipt.Output(8, 1L << 40, 0)),
                    List.of(1, -1, 0x1234_5678),
                    new StageNanos(5, 6, 7)))));
    for (Failure.Kind kind : Failure.Kind.values()) {
      messages.add(new TensorFailed(worker, lease, 41, new Failure(kind, "disk\nfull")));
    }
    messages.add(
        new MergeTensors(
            lease,
            spec(NonFinitePolicy.FAIL, true),
            List.of(task(Operation.MERGE, Dtype.BF16)),
            Optional.empty(),
            wire.actor("/user/desk#17")));
    messages.add(
        new WorkerReported(
            new WorkerId("node-3/cuda-1", 1_764_000_000_124L),
            wire.actor("/user/worker-1#-6"),
            new Device(
                "cuda", "Fake A", "8 feeders", new DeviceRates(50_000_000_000L, 300_000, true)),
            1L << 34,
            List.of(),
            WorkerState.OUT,
            3,
            List.of(),
            Optional.of(
                new DeviceSample(
                    OptionalInt.of(97),
                    OptionalLong.of(1L << 36),
                    OptionalLong.empty(),
                    OptionalInt.of(0),
                    OptionalInt.empty())),
            Optional.of("failed three times")));
    return messages;
  }

  private static MergeSpec spec(NonFinitePolicy nonFinite, boolean reuseSources) {
    return new MergeSpec(
        "paper-8b-1",
        List.of("base", "expert"),
        Map.of(3, new InputRef("/m/a", 9_000_000_000L, Instant.ofEpochSecond(-5, 7), "00ff")),
        List.of(
            new SoupSpec("", List.of(0, 1), IntegerWeights.over(10, 7, -3)),
            new SoupSpec("soup-2", List.of(1), IntegerWeights.over(1, 1))),
        "/out/.soup.stockpot/shards",
        "token",
        Map.of(0, "model.safetensors"),
        nonFinite,
        reuseSources);
  }

  private static TensorTask task(Operation operation, Dtype dtype) {
    SourceRange source = new SourceRange(3, 1, 1L << 40, 4096, dtype);
    return new TensorTask(
        41, "lm_head.weight", operation, 1L << 33, 2048, List.of(source), dtype, 0, 648, 4096);
  }

  private static List<String> recorded() throws IOException {
    try (InputStream file = RecordedMessagesTest.class.getResourceAsStream(RECORDING)) {
      assertThat(file).as(RECORDING).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }

  private static String line(WireMessage message) {
    return WireFormat.manifest(message) + " " + HexFormat.of().formatHex(wire.bytes(message));
  }

  @Test
  void whatRelease01SendsIsRead() throws Exception {
    List<WireMessage> messages = messages();
    List<String> lines = recorded();
    String lacking =
        messages.stream()
            .skip(lines.size())
            .map(RecordedMessagesTest::line)
            .collect(Collectors.joining("\n"));
    assertThat(lacking).as("messages that %s lacks", RECORDING).isEmpty();
    assertThat(lines).hasSameSizeAs(messages);
    for (int i = 0; i < messages.size(); i++) {
      String[] parts = lines.get(i).split(" ", -1);
      assertThat(wire.format().decode(HexFormat.of().parseHex(parts[1]), parts[0]))
          .as("line %d", i + 1)
          .isEqualTo(messages.get(i));
    }
  }

  @Test
  void everyKindOfMessageIsRecorded() throws Exception {
    assertThat(recorded().stream().map(line -> line.substring(0, line.indexOf(' '))))
        .containsAll(WireTypes.MESSAGES.stream().map(WireTypes.Message::manifest).toList());
  }
}
