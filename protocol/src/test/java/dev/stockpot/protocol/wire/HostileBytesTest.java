package dev.stockpot.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.esotericsoftware.kryo.io.Output;
import com.sun.management.ThreadMXBean;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WireMessage;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import java.io.NotSerializableException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no node of ours has made. */
@Timeout(60)
class HostileBytesTest {
  private static final String CLOSE_LEASE = "close-lease/1";
  private static final int SEEDS = 500;
  private static final int MUTATIONS = 200;

  /** Of an exception with its trace, and of a decoder that is made anew. */
  private static final long ALLOCATED_ANYWAY = 500_000;

  /** Of objects for one byte: a list's or a map's entry may be a single byte. */
  private static final long ALLOCATED_PER_BYTE = 200;

  @RegisterExtension static final Wire wire = new Wire();

  private static byte[] bytes(Consumer<Output> writer) {
    try (Output output = new Output(64, 1 << 20)) {
      writer.accept(output);
      return output.toBytes();
    }
  }

  /** A message: the id of a class, then these bytes. Kryo keeps two numbers for itself. */
  private static byte[] message(int id, Consumer<Output> content) {
    return bytes(output -> {
      output.writeVarInt(id + 2, true);
      content.accept(output);
    });
  }

  private static Consumer<Output> record(Consumer<Output> content) {
    return output -> {
      int start = output.position();
      output.writeByte(0);
      content.accept(output);
      Lengths.close(output, start);
    };
  }

  private static Consumer<Output> text(String text) {
    return output -> Scalars.writeText(output, text);
  }

  private static void assertRefused(byte[] bytes, String manifest, String why) {
    long before = allocated();
    @Nullable NotSerializableException refused = null;
    try {
      wire.format().decode(bytes, manifest);
    } catch (NotSerializableException e) {
      refused = e;
    }
    long allocated = allocated() - before;
    assertThat(refused).hasMessageContaining(why);
    assertThat(allocated).isLessThan(ALLOCATED_ANYWAY + ALLOCATED_PER_BYTE * bytes.length);
  }

  /** So that what classes need at first is not taken for what bytes need. */
  @BeforeAll
  static void loadClasses() throws Exception {
    assertThatExceptionOfType(NotSerializableException.class)
        .isThrownBy(() -> wire.format().decode(new byte[0], CLOSE_LEASE))
        .withMessageStartingWith("0 bytes are no message 'close-lease/1': ");
    wire.format().decode(closeLease(), CLOSE_LEASE);
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static byte[] closeLease() {
    return wire.bytes(new CloseLease(new LeaseId("job-1", 7)));
  }

  @Test
  void manifestsOfOtherReleasesAreRefused() {
    assertRefused(closeLease(), "close-lease/2", "messages 'close-lease/2' are not known here");
    assertRefused(closeLease(), "java.lang.Object", "are not known here");
  }

  @Test
  void moreBytesThanAnyMessageHasAreRefused() {
    assertRefused(new byte[300_000], CLOSE_LEASE, "300000 bytes are too many for a message");
  }

  @Test
  void aMessageUnderAnothersManifestIsRefused() {
    assertRefused(closeLease(), "merge-tensors/1", "they are a CloseLease");
  }

  @Test
  void classesWithoutAnIdAreRefused() {
    assertRefused(
        message(9_999, output -> output.writeLong(0)), CLOSE_LEASE, "unregistered class ID: 9999");
  }

  @Test
  void classesThatAreNoMessagesAreRefused() {
    assertRefused(
        message(20, output -> output.writeLong(0)),
        CLOSE_LEASE,
        "expected a WireMessage, found LeaseId");
    assertRefused(
        message(1, output -> output.writeLong(0)),
        CLOSE_LEASE,
        "expected a WireMessage, found String");
    assertRefused(new byte[] {0}, CLOSE_LEASE, "expected a WireMessage, found nothing");
  }

  @Test
  void classesAreNeverLookedUpByName() {
    byte[] named =
        bytes(output -> {
          output.writeVarInt(1, true);
          output.writeVarInt(0, true);
          output.writeString("java.util.concurrent.atomic.AtomicInteger");
        });
    assertRefused(named, CLOSE_LEASE, "only ids of classes are taken");
  }

  @Test
  void bytesAfterTheMessageAreRefused() {
    byte[] bytes = closeLease();
    assertRefused(Arrays.copyOf(bytes, bytes.length + 3), CLOSE_LEASE, "3 bytes follow it");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -1, 300_000, 200})
  void lengthsBeyondTheMessageAreRefusedWhateverTheyCount(int length) {
    Consumer<Output> bomb = output -> output.writeVarInt(length, true);
    Consumer<Output> lease = record(text("job").andThen(output -> output.writeVarLong(7, true)));
    Consumer<Output> emptyList = output -> output.writeVarInt(0, true);
    String claims = " claims a length of " + Integer.toUnsignedString(length);

    assertRefused(message(12, bomb), CLOSE_LEASE, "CloseLease" + claims);
    assertRefused(message(12, record(bomb)), CLOSE_LEASE, "LeaseId" + claims);
    assertRefused(message(12, record(record(bomb))), CLOSE_LEASE, "a text" + claims);
    assertRefused(
        message(11, record(lease.andThen(bomb))), "acknowledge-receipts/1", "a list" + claims);
    assertRefused(
        message(10, record(lease.andThen(record(text("job").andThen(emptyList).andThen(bomb))))),
        "merge-tensors/1",
        "a map" + claims);
  }

  @Test
  void aMapOfMoreEntriesThanAnyLeaseNeedsIsRefused() {
    Consumer<Output> large =
        text("job")
            .andThen(output -> output.writeVarInt(0, true))
            .andThen(output -> output.writeVarInt(4097, true))
            .andThen(output -> output.writeBytes(new byte[10_000]));
    assertRefused(
        message(10, record(record(text("job")).andThen(record(large)))),
        "merge-tensors/1",
        "LeaseId ends before its component 'number'");
    Consumer<Output> lease = record(text("job").andThen(output -> output.writeVarLong(7, true)));
    assertRefused(
        message(10, record(lease.andThen(record(large)))),
        "merge-tensors/1",
        "a map has 4097 entries, over 4096");
  }

  @Test
  void aMessageCutAnywhereIsRefused() {
    Samples samples = wire.samples(new Random(2));
    for (int i = 0; i < 60; i++) {
      WireMessage message = samples.message();
      byte[] bytes = wire.bytes(message);
      for (int length = 0; length < bytes.length; length += 1 + length / 500) {
        assertRefused(Arrays.copyOf(bytes, length), WireFormat.manifest(message), "are no message");
      }
    }
  }

  /**
   * Nothing but a message or the one exception comes out, in time and memory of the bytes' size.
   */
  @Test
  void mutatedMessagesDoNoHarm() throws Exception {
    Random random = new Random(3);
    Samples samples = wire.samples(random);
    int refused = 0;
    long most = 0;
    Set<Boolean> kinds = new HashSet<>();
    for (int i = 0; i < SEEDS; i++) {
      WireMessage message = samples.message();
      String manifest = WireFormat.manifest(message);
      byte[] bytes = wire.bytes(message);
      for (int j = 0; j < MUTATIONS; j++) {
        byte[] mutated = mutated(bytes, random);
        long before = allocated();
        try {
          kinds.add(wire.format().decode(mutated, manifest).getClass() == message.getClass());
        } catch (NotSerializableException _) {
          refused++;
        }
        most = Math.max(most, (allocated() - before) - ALLOCATED_PER_BYTE * mutated.length);
      }
    }
    assertThat(kinds).containsExactly(true);
    assertThat(most).isLessThan(ALLOCATED_ANYWAY);
    assertThat(refused).isBetween(SEEDS * MUTATIONS / 10, SEEDS * MUTATIONS);
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] mutated = Arrays.copyOf(bytes, bytes.length + (random.nextInt(8) == 0 ? 1 : 0));
    for (int i = random.nextInt(3); i >= 0; i--) {
      // Most of what steers the decoder stands at the beginning.
      int at = random.nextInt(random.nextBoolean() ? Math.min(60, mutated.length) : mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] = (byte) random.nextInt(256);
        case 1 -> mutated[at] = (byte) 0xff;
        case 2 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        default ->
            Arrays.fill(mutated, at, Math.min(mutated.length, at + 5), (byte) random.nextInt(256));
      }
    }
    return mutated;
  }
}
