package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class WireFormatTest {

  @SuppressWarnings("unused") // by the parameterized test
  private static final List<WireTypes.Message<?>> KINDS = WireTypes.MESSAGES;

  @RegisterExtension static final Wire wire = new Wire();

  private static WireMessage thereAndBack(WireMessage message) throws Exception {
    return wire.format().decode(wire.bytes(message), WireFormat.manifest(message));
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void everyKindOfMessageComesBackAsItWas(WireTypes.Message<?> kind) throws Exception {
    Samples samples = wire.samples(new Random(1));
    for (int i = 0; i < 300; i++) {
      WireMessage message = (WireMessage) samples.of(kind.type());
      assertThat(WireFormat.manifest(message)).isEqualTo(kind.manifest());
      assertThat(thereAndBack(message)).isEqualTo(message);
    }
  }

  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> work =
          IntStream.range(0, 4).mapToObj(WireFormatTest::manyRoundTrips).toList();
      for (Future<Boolean> equal : threads.invokeAll(work)) {
        assertThat(equal.get()).isTrue();
      }
    }
  }

  private static Callable<Boolean> manyRoundTrips(int seed) {
    return () -> {
      Samples samples = wire.samples(new Random(seed));
      for (int i = 0; i < 300; i++) {
        WireMessage message = samples.message();
        if (!thereAndBack(message).equals(message)) {
          return false;
        }
      }
      return true;
    };
  }

  @Test
  void aMessageOfTheLargestSizeIsSentAndALargerOneIsRefusedByName() throws Exception {
    int withoutText = wire.bytes(acknowledging("", 0)).length;
    int threeLongLengths = 3 * 2;
    String room = "x".repeat(WireFormat.LARGEST - withoutText - threeLongLengths);
    WireMessage largest = acknowledging(room, 0);
    assertThat(wire.bytes(largest)).hasSize(WireFormat.LARGEST);
    assertThat(thereAndBack(largest)).isEqualTo(largest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wire.bytes(acknowledging(room, 1)))
        .withMessage(
            "a message 'acknowledge-receipts/1' takes more than 261120 bytes, and none is sent that"
                + " large: send less at once");
    assertThat(thereAndBack(new CloseLease(new LeaseId("after", 1)))).isNotNull();
  }

  private static AcknowledgeReceipts acknowledging(String job, int tasks) {
    return new AcknowledgeReceipts(new LeaseId(job, 1), Collections.nCopies(tasks, 1));
  }
}
