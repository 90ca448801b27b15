package dev.stockpot.hub.push;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.hub.HubException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A range of a file as the body of a request, which may be made several times. */
final class PartBody {

  private final LocalFile file;
  private final long from;
  private final long length;
  private final AtomicLong sent;
  private long counted;
  private long movedNanos = System.nanoTime();
  private int attempt;
  private @Nullable HubException broken;

  /**
   * A range.
   *
   * @param sent counts its bytes, once however often they are sent
   */
  PartBody(LocalFile file, long from, long length, AtomicLong sent) {
    this.file = file;
    this.from = from;
    this.length = length;
    this.sent = sent;
  }

  /**
   * The body of one more attempt; the one before is over.
   *
   * @throws HubException if the file cannot be read, which no attempt mends
   */
  synchronized BodyPublisher publisher() {
    forget();
    if (broken != null) {
      throw broken;
    }
    InputStream range;
    try {
      range = new Range(RegularFiles.open(file.file(), StandardOpenOption.READ), attempt);
    } catch (IOException e) {
      throw LocalFile.unreadable(file.file(), e);
    }
    return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> range), length);
  }

  /** None of it was of use. */
  synchronized void forget() {
    sent.addAndGet(-counted);
    counted = 0;
    attempt++;
    movedNanos = System.nanoTime();
  }

  /** When a byte moved last, or an attempt began, by {@link System#nanoTime}. */
  synchronized long movedNanos() {
    return movedNanos;
  }

  private synchronized void count(int read, int of) {
    if (of == attempt) {
      counted += read;
      sent.addAndGet(read);
      movedNanos = System.nanoTime();
    }
  }

  private synchronized void broke(HubException why) {
    broken = why;
  }

  private final class Range extends InputStream {

    private final FileChannel channel;
    private final int of;
    private long at;

    Range(FileChannel channel, int of) {
      this.channel = channel;
      this.of = of;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
      if (at == length) {
        return -1;
      }
      int wanted = (int) Math.min(most, length - at);
      int read = channel.read(ByteBuffer.wrap(into, offset, wanted), from + at);
      if (read < 0) {
        broke(file.changed());
        throw new EOFException(file.file() + " was cut short");
      }
      at += read;
      count(read, of);
      return read;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
