package dev.stockpot.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Sends a node's port what no node sends; what it sends follows from its seed alone. */
final class PortFuzzer {

  /** A message of ours, as a node would send it. */
  record Recorded(String manifest, String hex) {
    byte[] payload() {
      return HexFormat.of().parseHex(hex);
    }
  }

  /** Of Pekko's own serializers, and some that nobody has; then ours. */
  private static final int[] SERIALIZERS = {-1, 0, 1, 2, 4, 5, 6, 11, 12, 13, 16, 20, 36};

  private static final int OURS = 7_311;

  /** What Pekko's serializers call their messages, for the most part. */
  private static final String MANIFESTS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /** After so many frames a connection is begun anew, as another sender. */
  private static final int FRAMES = 5_000;

  private static final int NO_TEXT = -1;
  private static final int HEAD = 28;

  private final Random random;
  private final int port;
  private final SSLContext trusted;
  private final List<Recorded> recorded;
  private final String recipient;
  private final byte[] hello;

  /**
   * Sends nothing yet.
   *
   * @param certificate the directory of a certificate that the node trusts
   */
  PortFuzzer(long seed, int port, Path certificate, List<Recorded> recorded) throws SSLException {
    this.random = new Random(seed);
    this.port = port;
    this.trusted = Peer.context(certificate);
    this.recorded = List.copyOf(recorded);
    this.recipient = "pekko://stockpot@127.0.0.1:%d/system/fuzzed".formatted(port);
    this.hello = hello(trusted);
  }

  /** What a node says first when it begins TLS. */
  private static byte[] hello(SSLContext context) throws SSLException {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer bytes = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), bytes);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Connections of plain bytes: noise, frames, and greetings of TLS that are cut or changed. */
  void plain(int inputs) throws IOException {
    for (int i = 0; i < inputs; i++) {
      try (Socket socket = Peer.plain(port)) {
        socket.getOutputStream().write(plainBytes());
        // What is cut short would be waited for.
        socket.shutdownOutput();
        Peer.send(socket, new byte[0]);
      } catch (SocketException _) {
        // It was cut off before all was said.
      }
    }
  }

  private byte[] plainBytes() {
    return switch (random.nextInt(4)) {
      case 0 -> noise(1 + random.nextInt(400));
      case 1 -> joined(greeting(), length(random.nextInt()), noise(random.nextInt(100)));
      case 2 -> Arrays.copyOf(hello, 1 + random.nextInt(hello.length - 1));
      default -> changed(hello);
    };
  }

  /** Connections over TLS that greet wrongly, or the head of whose second frame is wrong. */
  void heads(int inputs) throws IOException {
    for (int i = 0; i < inputs; i++) {
      byte[] good = frame(1, "a", OURS, noise(random.nextInt(50)));
      byte[] bytes =
          switch (random.nextInt(5)) {
            case 0 -> joined(noise(4), greeting(), good);
            case 1 -> joined(greeting(), good, length(impossible()), good);
            case 2 -> joined(greeting(), good, frame(2, "a", OURS, new byte[0]));
            case 3 -> joined(greeting(), good, withByte(good, 4 + 16 + random.nextInt(3) * 4, 5));
            default -> joined(greeting(), good, withByte(good, 4 + random.nextInt(2), 1));
          };
      try (Socket socket = Peer.secure(trusted, port)) {
        Peer.send(socket, bytes);
      }
    }
  }

  private int impossible() {
    int length = random.nextInt();
    return length >= HEAD && length <= 256 * 1024 ? -length : length;
  }

  /**
   * Frames with good heads, many on a connection, whose payloads have every kind of damage.
   *
   * @throws IOException if a connection is cut off
   */
  void payloads(int inputs) throws IOException {
    for (int sent = 0; sent < inputs; sent += FRAMES) {
      try (Socket socket = Peer.secure(trusted, port)) {
        ByteArrayOutputStream some = new ByteArrayOutputStream();
        some.writeBytes(greeting());
        OutputStream out = socket.getOutputStream();
        for (int i = sent; i < Math.min(sent + FRAMES, inputs); i++) {
          some.writeBytes(damaged(sent));
          if (some.size() > 16 * 1024) {
            some.writeTo(out);
            some.reset();
          }
        }
        some.writeTo(out);
      }
    }
  }

  private byte[] damaged(long sender) {
    Recorded message = recorded.get(random.nextInt(recorded.size()));
    String manifest = message.manifest();
    byte[] payload = message.payload();
    return switch (random.nextInt(5)) {
      case 0 -> frame(sender, manifest, OURS, changed(payload));
      case 1 ->
          frame(sender, manifest, OURS, Arrays.copyOf(payload, random.nextInt(payload.length)));
      case 2 -> frame(sender, recorded.getFirst().manifest(), OURS, payload);
      case 3 -> frame(sender, manifest, OURS, noise(random.nextInt(300)));
      default -> {
        int letter = random.nextInt(MANIFESTS.length());
        yield frame(
            sender,
            MANIFESTS.substring(letter, letter + 1),
            SERIALIZERS[random.nextInt(SERIALIZERS.length)],
            noise(random.nextInt(300)));
      }
    };
  }

  private static byte[] greeting() {
    return "AKKA\u0002".getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] length(int length) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array();
  }

  /** As Pekko writes it, without a sender's reference. */
  private byte[] frame(long sender, String manifest, int serializer, byte[] payload) {
    int size = HEAD + 4 + recipient.length() + manifest.length() + payload.length;
    ByteBuffer frame = ByteBuffer.allocate(4 + size).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(size).putInt(0).putLong(sender).putInt(serializer);
    frame.putInt(NO_TEXT).putInt(HEAD).putInt(HEAD + 2 + recipient.length());
    for (String text : List.of(recipient, manifest)) {
      frame.putShort((short) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }
    return frame.put(payload).array();
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  /** With a few bytes changed. */
  private byte[] changed(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int i = 0; i <= random.nextInt(4); i++) {
      changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
    }
    return changed;
  }

  private static byte[] withByte(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    // In the tags of the head, the last byte says that it is compressed.
    if (at >= 4 + 16) {
      changed[at + 3] = (byte) 0xff;
    }
    return changed;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
