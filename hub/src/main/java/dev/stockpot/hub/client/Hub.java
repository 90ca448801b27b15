package dev.stockpot.hub.client;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Asks the hub. Calls block, and end at once when their thread is interrupted; for any number of
 * threads. The token goes to the endpoint's host and to no other.
 */
public final class Hub implements AutoCloseable {

  private static final int LARGEST_ANSWER = 16 << 20;

  private final HubSettings settings;
  private final Patience patience;
  private final Consumer<String> notes;
  private final Pause pause = new Pause();
  private final Http http;
  private final Exchange exchange;
  private final Locations locations;
  private final RangeReader.Wire wire;

  /** Connects to nothing yet. */
  public Hub(HubSettings settings) {
    this(settings, Patience.USUAL, _ -> {});
  }

  /**
   * Connects to nothing yet.
   *
   * @param notes hears of waits that a person would wonder about
   */
  public Hub(HubSettings settings, Patience patience, Consumer<String> notes) {
    this.settings = settings;
    this.patience = patience;
    this.notes = notes;
    this.http = new Http(settings, patience);
    this.exchange = new Exchange(http, patience, new Refusals(settings));
    this.locations = new Locations(settings);
    this.wire =
        new RangeReader.Wire(
            exchange,
            locations,
            new BandwidthLimit(settings.bytesPerSecond(), pause),
            patience,
            pause);
  }

  public HubSettings settings() {
    return settings;
  }

  /**
   * Finds out which commit a reference leads to, and what is there.
   *
   * @throws HubException where there is no such model or revision, or it may not be read
   */
  public Snapshot resolve(HubReference reference) {
    Snapshot snapshot = new ModelApi(this).resolve(reference);
    if (!snapshot.name().equals(reference.repository())) {
      locations.renamed(reference.repository(), snapshot.name());
    }
    return snapshot;
  }

  /**
   * The bytes {@code [from, from + length)} of a file; tried again until they are all there.
   *
   * @throws HubException where they do not come, or the file is another one now
   */
  public byte[] read(HubFile file, long from, int length) {
    try (InputStream in = open(file, from, length)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new HubException(Kind.UNREACHABLE, RangeReader.about(file) + ": " + e.getMessage(), e);
    }
  }

  /**
   * The same as a stream, which goes on by itself where a connection is cut. Its reader gets all of
   * the bytes or a {@link HubException}.
   */
  public InputStream open(HubFile file, long from, long length) {
    return new RangeStream(reader(file, from, length, true, notes));
  }

  /**
   * The same as buffers.
   *
   * @param wholeToo whether to take the range out of a whole file, where a server gives no ranges
   * @param heard hears of waits
   */
  public RangeReader reader(
      HubFile file, long from, long length, boolean wholeToo, Consumer<String> heard) {
    requireOnline(RangeReader.about(file));
    return new RangeReader(wire, file, from, length, wholeToo, heard);
  }

  /**
   * A request to the endpoint's own API, with the token; tried again as long as that can help.
   *
   * @param about what messages begin with: the model as it was named
   * @param repository whose page they name
   * @param path from the endpoint on: {@code /api/models/org/name}
   * @param shape sets the method, the body, headers; called for every attempt
   * @return an answer of the 2xx
   * @throws HubException for any other answer
   */
  public HubAnswer api(
      String about, String repository, String path, UnaryOperator<HttpRequest.Builder> shape) {
    return answer(about, repository, own(path), shape, true);
  }

  /**
   * The same, once: for what may not be done twice, where the first request may have arrived.
   *
   * @throws HubException of the kind {@code UNREACHABLE} where it is not known whether it was done
   */
  public HubAnswer once(
      String about, String repository, String path, UnaryOperator<HttpRequest.Builder> shape) {
    return answer(about, repository, own(path), shape, false);
  }

  /**
   * As {@link #api} to any address that the hub handed out; it carries the token only where that is
   * the endpoint's own.
   */
  public HubAnswer elsewhere(
      String about, String repository, URI address, UnaryOperator<HttpRequest.Builder> shape) {
    return answer(about, repository, address, shape, true);
  }

  private URI own(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private HubAnswer answer(
      String about,
      String repository,
      URI address,
      UnaryOperator<HttpRequest.Builder> shape,
      boolean repeat) {
    requireOnline(about);
    Attempts attempts = new Attempts(patience, pause, about, notes);
    while (true) {
      Trouble trouble;
      switch (exchange.attempt(address, shape, _ -> {}, about, repository, false)) {
        case Exchange.Result.Again(Trouble again) -> trouble = again;
        case Exchange.Result.Good(HttpResponse<StreamedBody> response) -> {
          try {
            return new HubAnswer(
                response.statusCode(),
                response.headers(),
                response.body().all(LARGEST_ANSWER, patience.silence()));
          } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
              throw HubException.stopped(about);
            }
            trouble = new Trouble("its answer broke off", Optional.empty());
          }
        }
      }
      if (!repeat) {
        throw new HubException(Kind.UNREACHABLE, about + ": " + trouble.words());
      }
      attempts.failed(trouble);
    }
  }

  private void requireOnline(String about) {
    if (settings.offline()) {
      throw new HubException(
          Kind.REFUSED,
          about
              + ": not in the cache "
              + settings.cache()
              + ", and HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) forbids to ask the hub");
    }
  }

  /** Ends what waits; calls under way fail. */
  @Override
  public void close() {
    pause.end();
    http.close();
  }

  /** A reader's buffers as a stream. */
  private static final class RangeStream extends InputStream {

    private final RangeReader reader;
    private ByteBuffer current = ByteBuffer.allocate(0);

    RangeStream(RangeReader reader) {
      this.reader = reader;
    }

    @Override
    public int read() {
      return fill() ? current.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int taken = Math.min(length, current.remaining());
      current.get(into, offset, taken);
      return taken;
    }

    private boolean fill() {
      try {
        while (!current.hasRemaining()) {
          ByteBuffer next = reader.next();
          if (next == null) {
            return false;
          }
          current = next;
        }
        return true;
      } catch (RangeReader.NoRanges e) {
        throw new AssertionError("whole files were allowed", e);
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
