package dev.stockpot.cli.client.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events as they come, after the WHATWG's HTML standard. A server that says nothing for
 * a while, not even a comment, is given up: a connection that was cut ends in silence.
 */
public final class EventStream implements AutoCloseable {

  /** A coordinator sends a comment every few seconds. */
  static final Duration SILENCE = Duration.ofSeconds(45);

  private static final int MAX_EVENT = 8 << 20;
  private static final int AHEAD = 64;

  private final InputStream body;
  private final Duration silence;
  private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(AHEAD);
  private final Thread reader;
  private volatile long heardNanos = System.nanoTime();

  private sealed interface Item {
    record Event(ServerEvent event) implements Item {}

    record End(IOException failure) implements Item {}
  }

  /**
   * Reads on a thread of its own.
   *
   * @param body closed with this
   * @param silence that ends the stream
   */
  public EventStream(InputStream body, Duration silence) {
    this.body = new BufferedInputStream(body);
    this.silence = silence;
    this.reader = Thread.ofPlatform().daemon().name("events").start(this::read);
  }

  /**
   * Waits for the next one.
   *
   * @throws IOException if there is none: the server ended the stream, or the connection is lost
   */
  public ServerEvent next() throws IOException {
    return next(silence);
  }

  /**
   * Waits for the next one.
   *
   * @param silence that is taken for the end
   * @throws IOException if there is none
   */
  public ServerEvent next(Duration silence) throws IOException {
    try {
      while (true) {
        long left = silence.toNanos() - (System.nanoTime() - heardNanos);
        Item item = items.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
        switch (item) {
          case Item.Event(ServerEvent event) -> {
            return event;
          }
          case Item.End(IOException failure) -> throw failure;
          case null -> {
            if (System.nanoTime() - heardNanos >= silence.toNanos()) {
              throw new IOException("nothing was heard for " + silence.toSeconds() + " s");
            }
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private void read() {
    try {
      IOException end;
      try {
        Fields fields = new Fields();
        for (String line = line(); line != null; line = line()) {
          heardNanos = System.nanoTime();
          Optional<ServerEvent> event = fields.add(line);
          if (event.isPresent()) {
            items.put(new Item.Event(event.get()));
          }
        }
        end = new EOFException("the coordinator ended it");
      } catch (IOException e) {
        end = e;
      }
      items.put(new Item.End(end));
    } catch (InterruptedException _) {
      // Closed: nobody waits for more.
    }
  }

  /** The next line in full; null at the end, where half a line does not count. */
  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = body.read(); b >= 0; b = body.read()) {
      if (b == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      if (line.size() == MAX_EVENT) {
        throw new IOException("a line of more than 8 MiB");
      }
      line.write(b);
    }
    return null;
  }

  /** The lines of one event. */
  private static final class Fields {
    private Optional<String> id = Optional.empty();
    private String name = "";
    private final StringBuilder data = new StringBuilder();

    /** The event that this line completes. */
    Optional<ServerEvent> add(String line) throws IOException {
      if (line.isEmpty()) {
        return complete();
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "id" -> id = Optional.of(value);
        case "event" -> name = value;
        case "data" -> data.append(value).append('\n');
        default -> {} // Comments, and what is not known.
      }
      if (data.length() > MAX_EVENT) {
        throw new IOException("an event of more than 8 MiB");
      }
      return Optional.empty();
    }

    private Optional<ServerEvent> complete() {
      if (data.isEmpty()) {
        name = "";
        return Optional.empty();
      }
      ServerEvent event = new ServerEvent(id, name, data.substring(0, data.length() - 1));
      name = "";
      data.setLength(0);
      return Optional.of(event);
    }
  }

  @Override
  public void close() {
    reader.interrupt();
    try {
      body.close();
    } catch (IOException _) {
      // The connection is given up in any case.
    }
  }

  /**
   * One server-sent event.
   *
   * @param id to go on after it
   */
  public record ServerEvent(Optional<String> id, String name, String data) {}
}
