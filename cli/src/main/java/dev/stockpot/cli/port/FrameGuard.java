package dev.stockpot.cli.port;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Follows what one peer sends, as Pekko 1.7 writes it ({@code TcpFraming} and {@code
 * EnvelopeBuffer} in {@code pekko-remote}): a magic word and the number of a stream, then frames of
 * a length and a head, little-endian. It tells damage before Pekko sees it, because Pekko believes
 * what it reads: a length below zero or without a bound keeps a thread busy for ever, and each
 * sender's number in a compressed head costs it 256 KiB of memory.
 *
 * <p>Knows no socket and no clock, and takes bytes in any slices. Keeps no payload.
 */
final class FrameGuard {

  private static final byte[] MAGIC = "AKKA".getBytes(StandardCharsets.US_ASCII);

  /** Streams of control and of ordinary messages; there are no large ones here. */
  private static final int STREAMS = 2;

  private static final int HEAD = 28;
  private static final int SENDER_UID = 4;

  /** Places of sender, recipient and manifest: each is a text, or none. */
  private static final int[] TAGS = {16, 20, 24};

  private static final int RECIPIENT = 1;
  private static final int MANIFEST = 2;
  private static final int NO_TEXT = -1;
  private static final int NOT_A_TEXT = 0xff00_0000;

  /** Far more than any actor's path or manifest takes. */
  private static final int LONGEST_TEXT = 2048;

  private enum Field {
    GREETING,
    LENGTH,
    HEAD,
    TEXT_LENGTH,
    TEXT
  }

  private final int longestFrame;
  private final ByteBuffer gathered =
      ByteBuffer.allocate(LONGEST_TEXT).order(ByteOrder.LITTLE_ENDIAN);
  private final boolean[] texts = new boolean[TAGS.length];
  private Field field = Field.GREETING;
  private int text;
  private int frameLeft;
  private int skip;
  private boolean greeted;
  private long sender;
  private boolean senderKnown;

  /**
   * Expects a connection's first byte.
   *
   * @param longestFrame in bytes
   */
  FrameGuard(int longestFrame) {
    this.longestFrame = longestFrame;
    expect(Field.GREETING, MAGIC.length + 1);
  }

  /** Whether the peer has said that it is a node. */
  boolean greeted() {
    return greeted;
  }

  /**
   * Takes the bytes that come next.
   *
   * @throws DamagedFrameException if one of them cannot be right; nothing may be inspected after
   *     that
   */
  void inspect(ByteBuffer bytes) throws DamagedFrameException {
    while (bytes.hasRemaining()) {
      if (skip > 0) {
        int passed = Math.min(skip, bytes.remaining());
        bytes.position(bytes.position() + passed);
        skip -= passed;
        continue;
      }
      int taken = Math.min(gathered.remaining(), bytes.remaining());
      gathered.put(bytes.slice(bytes.position(), taken));
      bytes.position(bytes.position() + taken);
      if (!gathered.hasRemaining()) {
        gathered.flip();
        onField();
      }
    }
  }

  private void expect(Field next, int size) {
    field = next;
    gathered.clear().limit(size);
  }

  private void onField() throws DamagedFrameException {
    switch (field) {
      case GREETING -> onGreeting();
      case LENGTH -> onLength(gathered.getInt());
      case HEAD -> onHead();
      case TEXT_LENGTH -> onTextLength(gathered.getShort());
      case TEXT -> onText();
    }
  }

  private void onGreeting() throws DamagedFrameException {
    for (byte expected : MAGIC) {
      require(gathered.get() == expected, "it does not speak as nodes do");
    }
    int stream = gathered.get();
    require(stream >= 1 && stream <= STREAMS, "a stream that nodes do not have");
    greeted = true;
    expect(Field.LENGTH, Integer.BYTES);
  }

  private void onLength(int length) throws DamagedFrameException {
    require(length >= HEAD && length <= longestFrame, "a frame of impossible length");
    frameLeft = length - HEAD;
    expect(Field.HEAD, HEAD);
  }

  private void onHead() throws DamagedFrameException {
    require(gathered.get() == 0, "a frame of another version of the protocol");
    require(gathered.get() == 0, "a frame with flags that nodes do not set");
    long uid = gathered.getLong(SENDER_UID);
    require(!senderKnown || uid == sender, "frames of several senders on one connection");
    sender = uid;
    senderKnown = true;
    for (int i = 0; i < TAGS.length; i++) {
      int tag = gathered.getInt(TAGS[i]);
      texts[i] = (tag & NOT_A_TEXT) == 0;
      require(
          texts[i] || (tag == NO_TEXT && i != MANIFEST),
          "a compressed head, which nodes do not send");
    }
    expectText(0);
  }

  /** The first text from here on, or the payload. */
  private void expectText(int from) throws DamagedFrameException {
    for (text = from; text < texts.length; text++) {
      if (texts[text]) {
        require(frameLeft >= Short.BYTES, "a frame that ends within its head");
        frameLeft -= Short.BYTES;
        expect(Field.TEXT_LENGTH, Short.BYTES);
        return;
      }
    }
    skip = frameLeft;
    expect(Field.LENGTH, Integer.BYTES);
  }

  private void onTextLength(int length) throws DamagedFrameException {
    require(length >= 0 && length <= LONGEST_TEXT, "a head with a text of impossible length");
    require(length <= frameLeft, "a frame that ends within its head");
    if (length == 0) {
      expectText(text + 1);
    } else {
      frameLeft -= length;
      expect(Field.TEXT, length);
    }
  }

  private void onText() throws DamagedFrameException {
    for (int i = 0; i < gathered.limit(); i++) {
      require(gathered.get(i) > ' ' && gathered.get(i) < 0x7f, "a head with unprintable text");
    }
    // Pekko holds up the whole stream while it waits for an actor that another node is to make
    // here.
    require(
        text != RECIPIENT || !isDeployed(gatheredText()),
        "a message to an actor that no node makes");
    expectText(text + 1);
  }

  private String gatheredText() {
    return new String(gathered.array(), 0, gathered.limit(), StandardCharsets.US_ASCII);
  }

  private static boolean isDeployed(String path) {
    int address = path.indexOf("//");
    return path.startsWith("/remote", address < 0 ? 0 : path.indexOf('/', address + 2));
  }

  private static void require(boolean right, String otherwise) throws DamagedFrameException {
    if (!right) {
      throw new DamagedFrameException(otherwise);
    }
  }

  /** A peer sent what no node sends. */
  static final class DamagedFrameException extends Exception {

    private static final long serialVersionUID = 1;

    private final String what;

    DamagedFrameException(String what) {
      super(what, null, false, false);
      this.what = what;
    }

    /** One of a few fixed texts. */
    String what() {
      return what;
    }
  }
}
