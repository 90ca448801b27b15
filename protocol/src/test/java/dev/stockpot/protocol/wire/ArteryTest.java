package dev.stockpot.protocol.wire;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import java.io.NotSerializableException;
import java.util.Collections;
import java.util.HexFormat;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Two nodes over TCP, one of which does not always keep to the rules. */
class ArteryTest {
  private static final Config ARTERY =
      ConfigFactory.parseString(
          """
          pekko.actor.provider = remote
          pekko.remote.artery {
            transport = tcp
            canonical { hostname = "127.0.0.1", port = 0 }
          }
          """);
  private static final Config HOSTILE =
      ConfigFactory.parseString(
          "pekko.actor.serializers.stockpot-wire = \"%s\"".formatted(Hostile.class.getName()));

  private static final ActorTestKit worker = ActorTestKit.create("worker", ARTERY);
  private static final ActorTestKit desk =
      ActorTestKit.create("desk", HOSTILE.withFallback(ARTERY).withFallback(ConfigFactory.load()));

  private final TestProbe<WorkerCommand> atWorker = worker.createTestProbe(WorkerCommand.class);
  private final ActorRef<WorkerCommand> fromDesk =
      ActorRefResolver.get(desk.system())
          .resolveActorRef(
              ActorRefResolver.get(worker.system()).toSerializationFormat(atWorker.getRef()));

  @AfterAll
  static void stop() {
    desk.shutdownTestKit();
    worker.shutdownTestKit();
  }

  /** Sends a list of 2^31 elements for a lease of the job {@code bomb}. */
  static final class Hostile extends SerializerWithStringManifest {
    private final WireSerializer honest;

    public Hostile(ExtendedActorSystem system) {
      honest = new WireSerializer(system);
    }

    @Override
    public int identifier() {
      return honest.identifier();
    }

    @Override
    public String manifest(Object message) {
      return honest.manifest(message);
    }

    @Override
    public byte[] toBinary(Object message) {
      return message instanceof AcknowledgeReceipts(LeaseId lease, var _)
              && lease.run().equals("bomb")
          ? HexFormat.of().parseHex("0d0b05036a6f6207ffffffff07")
          : honest.toBinary(message);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
      return honest.fromBinary(bytes, manifest);
    }
  }

  /** An error whose exception says this. */
  private static LoggingTestKit logged(String why) {
    return LoggingTestKit.error("Failed to")
        .withCustom(event ->
            event
                .getThrowable()
                .filter(thrown -> String.valueOf(thrown.getMessage()).contains(why))
                .isPresent());
  }

  @Test
  void messagesCross() {
    assertThatMessagesCross();
  }

  private void assertThatMessagesCross() {
    WorkerCommand close = new CloseLease(new LeaseId("job", 1));
    fromDesk.tell(close);
    atWorker.expectMessage(close);
  }

  @Test
  void aMessageThatIsTooLargeIsRefusedAtTheSenderWhoSaysWhich() {
    logged("a message 'acknowledge-receipts/1' takes more than 261120 bytes")
        .expect(
            desk.system(),
            () -> {
              fromDesk.tell(
                  new AcknowledgeReceipts(
                      new LeaseId("large", 1), Collections.nCopies(300_000, 1)));
              return null;
            });
    assertThatMessagesCross();
  }

  @Test
  void hostileBytesAreLoggedAndDroppedAndTheNodeGoesOn() {
    logged("a list claims a length of 2147483647")
        .expect(
            worker.system(),
            () -> {
              fromDesk.tell(
                  new AcknowledgeReceipts(new LeaseId("bomb", 1), Collections.nCopies(3, 1)));
              return null;
            });
    assertThatMessagesCross();
  }
}
