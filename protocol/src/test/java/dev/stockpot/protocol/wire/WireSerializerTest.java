package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.SerializationTestKit;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class WireSerializerTest {

  @SuppressWarnings("unused") // by the parameterized test
  private static final List<WireTypes.Message<?>> KINDS = WireTypes.MESSAGES;

  @RegisterExtension static final Wire wire = new Wire();

  private final SerializationTestKit serialization = wire.testKit().serializationTestKit();

  @ParameterizedTest
  @FieldSource("KINDS")
  void pekkoSendsEveryKindOfMessageWithIt(WireTypes.Message<?> kind) throws Exception {
    WireMessage message = (WireMessage) wire.samples(new Random(4)).of(kind.type());
    serialization.verifySerialization(message, true);
    assertThat(SerializationExtension.get(wire.testKit().system()).findSerializerFor(message))
        .isInstanceOf(WireSerializer.class);
  }

  @Test
  void nothingIsSentAsASerializedJavaObject() {
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(() -> serialization.verifySerialization(new LeaseId("job", 1), true))
        .withMessageContaining("LeaseId");
  }

  @Test
  void aLargeMessageIsToldOfOnceUntilOneIsTwiceAsLarge() {
    LoggingTestKit told = LoggingTestKit.warn("a message 'acknowledge-receipts/1' takes");
    told.withOccurrences(1).expect(wire.testKit().system(), () -> send(70_000, 70_000, 90_000));
    told.withOccurrences(1).expect(wire.testKit().system(), () -> send(150_000, 10));
  }

  private int send(int... sizes) {
    for (int size : sizes) {
      assertThat(
              SerializationExtension.get(wire.testKit().system())
                  .serialize(
                      new AcknowledgeReceipts(new LeaseId("job", 1), Collections.nCopies(size, 1)))
                  .isSuccess())
          .isTrue();
    }
    return sizes.length;
  }
}
