package dev.stockpot.protocol.wire;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Lengths of strings, collections and records.
 *
 * <p>Whatever is counted takes at least one byte, so a length never exceeds the bytes that are
 * left: a message can make its receiver allocate no more than a small multiple of its own size.
 */
final class Lengths {
  private Lengths() {}

  static void write(Output output, int length) {
    output.writeVarInt(length, true);
  }

  /**
   * Reads a length.
   *
   * @param what it counts, for the message
   * @throws KryoException if it is more than the bytes that remain
   */
  static int read(Input input, String what) {
    int length = input.readVarInt(true);
    int remaining = input.limit() - input.position();
    if (length < 0 || length > remaining) {
      throw new KryoException(
          "%s claims a length of %s where %d bytes remain"
              .formatted(what, Integer.toUnsignedString(length), remaining));
    }
    return length;
  }

  /**
   * Puts the length of what was written since {@code start} before it.
   *
   * @param start where the caller wrote one byte as room for a short length
   */
  static void close(Output output, int start) {
    int begin = start + 1;
    int length = output.position() - begin;
    int bytes = Output.varIntLength(length, true);
    for (int more = 1; more < bytes; more++) {
      output.writeByte(0);
    }
    byte[] buffer = output.getBuffer();
    if (bytes > 1) {
      System.arraycopy(buffer, begin, buffer, start + bytes, length);
    }
    int end = output.position();
    output.setPosition(start);
    write(output, length);
    output.setPosition(end);
  }
}
