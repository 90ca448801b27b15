package dev.stockpot.cli.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.stockpot.cli.port.FrameGuard.DamagedFrameException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameGuardTest {

  private static final int LONGEST = 256 * 1024;
  private static final byte[] GOOD =
      Frames.frame(7, Frames.RECIPIENT, "a.Manifest", new byte[1000]);

  /** In slices of random lengths, and byte by byte. */
  private static void inspect(byte[]... parts) throws DamagedFrameException {
    byte[] all = Frames.joined(parts);
    for (int longest : new int[] {1, 7, 1 << 20}) {
      Random random = new Random(longest);
      FrameGuard guard = new FrameGuard(LONGEST);
      for (int at = 0; at < all.length; ) {
        int end = Math.min(all.length, at + 1 + random.nextInt(longest));
        guard.inspect(ByteBuffer.wrap(all, at, end - at));
        at = end;
      }
    }
  }

  private static void assertRefused(String why, byte[]... parts) {
    assertThatExceptionOfType(DamagedFrameException.class)
        .isThrownBy(() -> inspect(parts))
        .withMessageContaining(why);
  }

  @Test
  void whatNodesSendPassesInAnySlices() {
    for (int stream : new int[] {1, 2}) {
      assertThatNoException()
          .isThrownBy(() ->
              inspect(Frames.greeting(stream), GOOD, GOOD, Frames.frame(7, "", "", new byte[0])));
    }
  }

  @Test
  void aPeerHasGreetedOnceItHasNamedAStream() throws DamagedFrameException {
    FrameGuard guard = new FrameGuard(LONGEST);
    guard.inspect(ByteBuffer.wrap(Frames.greeting(1), 0, 4));
    assertThat(guard.greeted()).isFalse();
    guard.inspect(ByteBuffer.wrap(Frames.greeting(1), 4, 1));
    assertThat(guard.greeted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -5, -1, 0, 27, LONGEST + 1, Integer.MAX_VALUE})
  void lengthsThatNoFrameHasAreRefusedAtTheLength(int length) {
    assertRefused("impossible length", Frames.greeting(2), Frames.length(length));
    assertRefused("impossible length", Frames.greeting(2), GOOD, Frames.length(length));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 255})
  void streamsThatNodesDoNotHaveAreRefused(int stream) {
    assertRefused("stream", Frames.greeting(stream));
  }

  @Test
  void otherProtocolsAreRefusedAtTheFirstByteThatDiffers() {
    assertRefused("as nodes do", "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Each is a place where Pekko would put a table of 256 KiB. */
  @Test
  void framesOfManySendersAreRefused() {
    assertRefused(
        "several senders",
        Frames.greeting(2),
        GOOD,
        Frames.frame(8, Frames.RECIPIENT, "a", new byte[0]));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 20, 24})
  void compressedHeadsAreRefused(int tag) {
    byte[] compressed = GOOD.clone();
    compressed[4 + tag] = 1;
    compressed[4 + tag + 3] = (byte) 0xff;
    assertRefused("compressed", Frames.greeting(2), compressed);
  }

  @Test
  void headsThatDoNotFitIntoTheirFrameAreRefused() {
    byte[] cut = GOOD.clone();
    System.arraycopy(Frames.length(29), 0, cut, 0, 4);
    assertRefused("ends within its head", Frames.greeting(2), cut);
    System.arraycopy(Frames.length(40), 0, cut, 0, 4);
    assertRefused("ends within its head", Frames.greeting(2), cut);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2049, Short.MAX_VALUE})
  void textsOfImpossibleLengthAreRefused(int length) {
    byte[] damaged = GOOD.clone();
    damaged[4 + 28] = (byte) length;
    damaged[4 + 29] = (byte) (length >> 8);
    assertRefused("impossible length", Frames.greeting(2), damaged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pekko://stockpot@127.0.0.1:7624/remote/x", "/remote/x"})
  void messagesThatWouldHoldUpTheStreamAreRefused(String recipient) {
    assertRefused(
        "no node makes", Frames.greeting(2), Frames.frame(7, recipient, "a", new byte[0]));
  }

  @Test
  void textsThatAreNoTextAreRefused() {
    assertRefused(
        "unprintable", Frames.greeting(2), Frames.frame(7, "pekko://a\nb", "a", new byte[0]));
  }
}
