package dev.stockpot.coordinator.http.port;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.TLSProtocol.SessionBytes;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * Divides what arrives at once wherever many empty lines are in it. Pekko's parser calls itself for
 * every request that it finds in a piece, so a client that sends a thousand small ones at once
 * would overflow the stack, which ends the process. Bodies, which hold few empty lines, pass as
 * they are.
 */
final class HeadsApart {

  private static final int MOST = 16;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long ONES = 0x0101010101010101L;
  private static final long LINES = '\n' * ONES;

  private HeadsApart() {}

  static Flow<SslTlsInbound, SslTlsInbound, NotUsed> flow() {
    return Flow.<SslTlsInbound>create().mapConcat(HeadsApart::apart);
  }

  private static List<SslTlsInbound> apart(SslTlsInbound in) {
    if (!(in instanceof SessionBytes some)) {
      return List.of(in);
    }
    List<Integer> ends = ends(some.bytes().toArrayUnsafe());
    if (ends.isEmpty()) {
      return List.of(in);
    }
    List<SslTlsInbound> pieces = new ArrayList<>();
    int begin = 0;
    ends.add(some.bytes().size());
    for (int end : ends) {
      ByteString piece = some.bytes().slice(begin, end);
      if (!piece.isEmpty()) {
        pieces.add(new SessionBytes(some.session(), piece));
      }
      begin = end;
    }
    return pieces;
  }

  /** Ends of pieces but the last. */
  static List<Integer> ends(byte[] bytes) {
    List<Integer> ends = new ArrayList<>();
    int empty = 0;
    for (int line = newline(bytes, 1); line > 0; line = newline(bytes, line + 1)) {
      boolean isEmpty =
          bytes[line - 1] == '\n'
              || (line > 1 && bytes[line - 1] == '\r' && bytes[line - 2] == '\n');
      if (isEmpty && ++empty % MOST == 0) {
        ends.add(line + 1);
      }
    }
    return ends;
  }

  /** Where the next one is; -1 if nowhere. Looks at eight bytes at a time. */
  private static int newline(byte[] bytes, int from) {
    int i = from;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      long others = (long) LONGS.get(bytes, i) ^ LINES;
      if (((others - ONES) & ~others & (ONES << 7)) != 0) {
        break;
      }
    }
    for (; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
