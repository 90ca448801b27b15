package dev.stockpot.checkpoint.safetensors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A million mutated files: each is read or refused with a {@link CheckpointException}, in bounded
 * time and memory. Not part of a normal build; the root pom says how to run it.
 */
@Tag("fuzz")
class HeaderFuzzTest {
  private static final int MUTATIONS = 1_000_000;

  /** Jackson's buffers, two exceptions with their stacks, a message of 20 problems. */
  private static final long ALLOCATED_ALWAYS = 256 << 10;

  /** A tensor of one digit a dimension costs a list entry for two characters. */
  private static final long ALLOCATED_PER_BYTE = 40;

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final List<String> WORDS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          ",",
          ":",
          "\\",
          "\\u0000",
          "\\ud800",
          "null",
          "true",
          "-1",
          "1.5",
          "1e9",
          "9223372036854775807",
          "18446744073709551616",
          "0",
          "00",
          "__metadata__",
          "dtype",
          "shape",
          "data_offsets",
          "\"BF16\"",
          "\"F4\"",
          "\"\"",
          "[[[[",
          "{}",
          " ",
          "\n",
          "\0",
          "\u00ff",
          "\u00c0\u0080",
          "\u00ed\u00a0\u0080",
          "\u00ef\u00bb\u00bf");

  private final SplittableRandom random = new SplittableRandom(20_250_101);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void aMillionMutationsEndInAHeaderOrACheckpointException() {
    List<byte[]> seeds = seeds();
    int accepted = 0;
    long most = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] file = seeds.get(random.nextInt(seeds.size()));
      for (int n = random.nextInt(1, 6); n > 0; n--) {
        file = mutated(file);
      }
      if (random.nextInt(4) > 0) {
        file = withHonestLength(file);
      }
      long start = System.nanoTime();
      accepted += isRead(file) ? 1 : 0;
      if (System.nanoTime() - start > LONGEST_NANOS) {
        throw failure("took more than " + LONGEST_NANOS + " ns", file, null);
      }
      // The first reading may load classes, whose allocations count once.
      long allocated = allocated(file);
      if (allocated > ALLOCATED_ALWAYS + ALLOCATED_PER_BYTE * file.length) {
        throw failure("allocated " + allocated + " bytes for " + file.length, file, null);
      }
      most = Math.max(most, allocated - ALLOCATED_PER_BYTE * file.length);
    }
    System.out.printf(
        "%d mutations, %d accepted; most allocated beyond %d times the file: %d bytes%n",
        MUTATIONS, accepted, ALLOCATED_PER_BYTE, most);
    if (accepted < MUTATIONS / 1000) {
      throw new AssertionError("the mutations miss the parser: " + accepted + " accepted");
    }
  }

  private long allocated(byte[] file) {
    long before = threads.getCurrentThreadAllocatedBytes();
    isRead(file);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static boolean isRead(byte[] file) {
    try {
      SafetensorsHeader header = SafetensorsHeader.parse(file, file.length, "f");
      long at = 0;
      for (TensorHeader tensor : header.tensors()) {
        if (tensor.begin() != at
            || tensor.elements() * tensor.dtype().bits() != 8 * tensor.byteSize()) {
          throw failure("accepted a hole or a wrong size at " + at, file, null);
        }
        at = tensor.end();
      }
      if (header.dataStart() + at != file.length) {
        throw failure("accepted " + at + " bytes of tensors", file, null);
      }
      return true;
    } catch (CheckpointException e) {
      if (e.problems().isEmpty()) {
        throw failure("refused for no reason", file, e);
      }
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw failure("crashed", file, e);
    }
  }

  private static AssertionError failure(String what, byte[] file, @Nullable Throwable cause) {
    return new AssertionError(what + ": " + HexFormat.of().formatHex(file), cause);
  }

  private byte[] mutated(byte[] file) {
    int at = random.nextInt(file.length + 1);
    int end = Math.min(file.length, at + 1 + random.nextInt(random.nextInt(8) == 0 ? 64 : 4));
    return switch (random.nextInt(9)) {
      case 0, 1 -> {
        byte[] changed = file.clone();
        if (at < file.length) {
          changed[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield changed;
      }
      case 2 -> {
        byte[] changed = file.clone();
        if (at < file.length) {
          changed[at] = (byte) ('0' + random.nextInt(10));
        }
        yield changed;
      }
      case 3 -> spliced(file, at, end, new byte[0]);
      case 4 -> spliced(file, at, at, Arrays.copyOfRange(file, at, end));
      case 5 -> {
        int from = random.nextInt(file.length + 1);
        int to = Math.min(file.length, from + random.nextInt(80));
        yield spliced(file, at, at, Arrays.copyOfRange(file, from, to));
      }
      case 6, 7 -> {
        byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(ISO_8859_1);
        yield spliced(file, at, random.nextBoolean() ? at : end, word);
      }
      default -> Arrays.copyOf(file, random.nextInt(16) == 0 ? at : file.length);
    };
  }

  private static byte[] spliced(byte[] file, int from, int to, byte[] between) {
    return ByteBuffer.allocate(file.length - (to - from) + between.length)
        .put(file, 0, from)
        .put(between)
        .put(file, to, file.length - to)
        .array();
  }

  /** Lets the header end with its last brace, so that most mutations get past the length. */
  private static byte[] withHonestLength(byte[] file) {
    int last = file.length - 1;
    while (last >= 8 && file[last] != '}') {
      last--;
    }
    if (last < 8) {
      return file;
    }
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(0, last + 1 - 8L);
    return changed;
  }

  private static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(SafetensorsFixture.file("{}", 0));
    seeds.add(SafetensorsFixture.checkpoint().f32("a", 1, 2).f64("", 3).bytes(0));
    seeds.add(SafetensorsFixture.checkpoint().metadata("null").f32("层\n\"", 1).bytes(0));
    SafetensorsFixture many = SafetensorsFixture.checkpoint().metadata("{\"a\":\"b\",\"c\":\"\"}");
    for (int i = 0; i < 12; i++) {
      many.bits16("model.layers." + i + ".weight", Dtype.BF16, 1, 2, 3);
    }
    seeds.add(many.bytes(0));
    String dimensions = "1,".repeat(4000) + "1";
    seeds.add(
        SafetensorsFixture.file(
            "{\"t\":{\"x\":[{\"y\":null}],\"dtype\":\"F4\",\"shape\":[2,0],\"data_offsets\":[0,0]},"
                + "\"deep\":{\"dtype\":\"U8\",\"shape\":["
                + dimensions
                + "],\"data_offsets\":[0,1]}}",
            1));
    seeds.add("{\"weight_map\":{}}".getBytes(UTF_8));
    return seeds;
  }
}
