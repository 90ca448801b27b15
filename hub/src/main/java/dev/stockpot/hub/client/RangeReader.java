package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one range of a file, in order and all of them: where a connection breaks, the next
 * one goes on after the last byte that came. For one thread.
 */
public final class RangeReader implements AutoCloseable {

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  private static final int MOST_CONTRADICTIONS = 3;
  private static final long SLOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long SLOW_BYTES = 60_000;

  private final Wire wire;
  private final HubFile file;
  private final String about;
  private final Attempts attempts;
  private final long to;
  private final boolean wholeToo;
  private long at;
  private long skip;
  private int contradictions;
  private long windowStart;
  private long windowBytes;
  private @Nullable StreamedBody body;

  /** What all readers of a client share. */
  record Wire(
      Exchange exchange,
      Locations locations,
      BandwidthLimit limit,
      Patience patience,
      Pause pause) {}

  /**
   * Asks for nothing yet.
   *
   * @param wholeToo whether to take the range out of a whole file, where a server gives no ranges
   * @param notes hears of waits
   */
  RangeReader(
      Wire wire, HubFile file, long from, long length, boolean wholeToo, Consumer<String> notes) {
    if (from < 0 || length < 0 || from + length > file.size()) {
      throw new IllegalArgumentException(
          "%s has no bytes [%d, %d)".formatted(file.path(), from, from + length));
    }
    this.wire = wire;
    this.file = file;
    this.about = about(file);
    this.attempts = new Attempts(wire.patience(), wire.pause(), about, notes);
    this.at = from;
    this.to = from + length;
    this.wholeToo = wholeToo;
  }

  /** Thrown where a server gives no ranges, and the caller would rather know. */
  public static final class NoRanges extends Exception {
    NoRanges() {
      super("the server gives whole files only", null, false, false);
    }
  }

  static String about(HubFile file) {
    return file.repository() + ": " + Printable.text(file.path());
  }

  /**
   * The next bytes, which follow those before; null after the last.
   *
   * @throws HubException if they do not come
   */
  public @Nullable ByteBuffer next() throws NoRanges {
    while (at < to) {
      try {
        StreamedBody from = body == null ? connected() : body;
        ByteBuffer buffer = from == null ? null : from.next(wire.patience().silence());
        if (buffer != null) {
          ByteBuffer wanted = wanted(buffer);
          if (isTooSlow()) {
            again(new Trouble("hardly anything comes", Optional.empty()));
          }
          if (wanted != null) {
            return wanted;
          }
        } else if (from != null) {
          again(new Trouble("the connection ended early", Optional.empty()));
        }
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw HubException.stopped(about);
        }
        again(
            new Trouble(
                "the connection broke after " + at + " bytes of " + file.size(), Optional.empty()));
      }
    }
    end();
    return null;
  }

  private @Nullable ByteBuffer wanted(ByteBuffer buffer) {
    windowBytes += buffer.remaining();
    wire.limit().took(buffer.remaining(), about);
    if (skip > 0) {
      int skipped = (int) Math.min(skip, buffer.remaining());
      buffer.position(buffer.position() + skipped);
      skip -= skipped;
    }
    int length = (int) Math.min(buffer.remaining(), to - at);
    if (length == 0) {
      return null;
    }
    ByteBuffer wanted = buffer.slice(buffer.position(), length);
    // The connection is used again only if its answer is taken to its end.
    buffer.position(buffer.position() + length);
    at += length;
    attempts.progressed();
    return wanted;
  }

  /** Whether a minute brought less than any line that is worth waiting for. */
  private boolean isTooSlow() {
    long now = System.nanoTime();
    if (now - windowStart < SLOW_NANOS) {
      return false;
    }
    boolean isSlow = windowBytes < SLOW_BYTES && !wire.limit().isTight();
    windowStart = now;
    windowBytes = 0;
    return isSlow;
  }

  private void again(Trouble trouble) {
    closeBody();
    wire.locations().forget(file);
    attempts.failed(trouble);
  }

  /** Null where the attempt failed and another one may not. */
  private @Nullable StreamedBody connected() throws NoRanges {
    URI address = wire.locations().last(file).orElseGet(() -> wire.locations().own(file));
    String range = "bytes=" + at + "-" + (to - 1);
    switch (wire.exchange()
        .attempt(
            address,
            request -> request.setHeader("Range", range),
            this::check,
            about,
            file.repository(),
            true)) {
      case Exchange.Result.Again(Trouble trouble) -> {
        again(trouble);
        return null;
      }
      case Exchange.Result.Good(HttpResponse<StreamedBody> response) -> {
        body = response.body();
        windowStart = System.nanoTime();
        windowBytes = 0;
        return isAccepted(response) ? body : null;
      }
    }
  }

  /** Whether the answer is of these bytes; if not, another attempt may be, a few times. */
  private boolean isAccepted(HttpResponse<StreamedBody> response) throws NoRanges {
    check(response.headers());
    Optional<String> contradiction = contradiction(response);
    if (contradiction.isPresent()) {
      contradictions++;
      if (contradictions >= MOST_CONTRADICTIONS) {
        throw changed(contradiction.get());
      }
      again(new Trouble(contradiction.get(), Optional.empty()));
      return false;
    }
    if (response.statusCode() == 206) {
      skip = 0;
      return true;
    }
    if (!wholeToo && to - at < file.size()) {
      closeBody();
      throw new NoRanges();
    }
    skip = at;
    return true;
  }

  private Optional<String> contradiction(HttpResponse<StreamedBody> response) {
    String etag = bare(response.headers().firstValue("ETag").orElse(""));
    if (!wire.locations().found(file, response.uri(), etag)) {
      return Optional.of("its bytes changed while they were read");
    }
    if (response.statusCode() != 206) {
      long length = response.headers().firstValueAsLong("Content-Length").orElse(file.size());
      return length == file.size() ? Optional.empty() : Optional.of(otherSize("" + length));
    }
    String said = response.headers().firstValue("Content-Range").orElse("");
    Matcher range = CONTENT_RANGE.matcher(said);
    if (!range.matches() || Long.parseLong(range.group(1)) != at) {
      return Optional.of(
          "the server gives other bytes than those asked for (" + Printable.text(said) + ")");
    }
    String size = range.group(3);
    return size.equals("*") || Long.parseLong(size) == file.size()
        ? Optional.empty()
        : Optional.of(otherSize(size));
  }

  private String otherSize(String there) {
    return "it has %s bytes there, and %d by the hub".formatted(there, file.size());
  }

  /** The hub's own words on which file this is, where it says them. */
  private void check(HttpHeaders headers) {
    headers
        .firstValue("X-Linked-Etag")
        .or(() -> headers.firstValue("X-Repo-Commit").flatMap(_ -> headers.firstValue("ETag")))
        .map(RangeReader::bare)
        .filter(etag -> !etag.equals(file.etag()))
        .ifPresent(etag -> {
          throw changed("the hub gives another file (" + Printable.text(etag) + ")");
        });
  }

  /** An etag without its marks. */
  private static String bare(String etag) {
    return etag.replaceFirst("^W/", "").replace("\"", "");
  }

  private HubException changed(String what) {
    closeBody();
    wire.locations().forget(file);
    return new HubException(
        Kind.WRONG_BYTES,
        about + ": " + what + "; try again, and name the revision anew if it stays so");
  }

  private void end() {
    StreamedBody left = body;
    if (left != null) {
      try {
        // An answer that is taken to its end leaves its connection for the next request.
        if (skip > 0 || left.next(wire.patience().silence()) != null) {
          left.close();
        }
      } catch (IOException _) {
        left.close();
      }
      body = null;
    }
  }

  private void closeBody() {
    StreamedBody left = body;
    if (left != null) {
      left.close();
      body = null;
    }
  }

  @Override
  public void close() {
    closeBody();
  }
}
