package dev.stockpot.cli.port;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Frames as Pekko writes them, by code that shares nothing with the guard. */
final class Frames {

  static final String RECIPIENT = "pekko://stockpot@127.0.0.1:7624/system/cluster";

  private Frames() {}

  static byte[] greeting(int stream) {
    return new byte[] {'A', 'K', 'K', 'A', (byte) stream};
  }

  static byte[] length(int length) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array();
  }

  /** A frame without a sender. */
  static byte[] frame(long uid, String recipient, String manifest, byte[] payload) {
    ByteBuffer body =
        ByteBuffer.allocate(28 + 4 + recipient.length() + manifest.length() + payload.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    body.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 0).putLong(uid).putInt(17);
    body.putInt(-1).putInt(28).putInt(30 + recipient.length());
    for (String text : new String[] {recipient, manifest}) {
      body.putShort((short) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }
    body.put(payload);
    return joined(length(body.position()), body.array());
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
