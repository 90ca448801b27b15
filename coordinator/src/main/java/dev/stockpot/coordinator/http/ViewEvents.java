package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.ViewNews;
import dev.stockpot.coordinator.http.port.HttpSettings;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/**
 * The rows of a view as a stream of events, for one page. Asks for what changed only when what was
 * told before has had its time at {@link #BYTES_PER_SECOND}, and the page has taken it.
 */
final class ViewEvents implements EventStream.Feed<ViewNews> {

  private static final int BYTES_PER_SECOND = 150_000;

  /** An event, because a page cannot see comments. */
  private static final ByteString BEAT = ByteString.fromString("event: beat\ndata: {}\n\n");

  private static final ByteString END = ByteString.fromString("\n\n");

  private final ActorRef<Historian.Command> historian;
  private final String view;
  private final ActorRef<ViewNews> page;
  private Optional<String> known;
  private ByteString news = ByteString.emptyByteString();

  /** Whether the historian owes an answer. */
  private boolean asked;

  private boolean over;

  private ViewEvents(
      ActorRef<Historian.Command> historian,
      String view,
      Optional<String> after,
      ActorRef<ViewNews> page) {
    this.historian = historian;
    this.view = view;
    this.known = after;
    this.page = page;
  }

  static HttpResponse response(
      Route.Call call, HttpSettings settings, String view, Optional<String> after) {
    ActorRef<Historian.Command> historian = call.duty().historian();
    return EventStream.response(
        call,
        settings,
        historian,
        ViewNews.class,
        page -> new ViewEvents(historian, view, after, page));
  }

  private void ask() {
    asked = true;
    historian.tell(new Historian.Watch(view, known, page));
  }

  @Override
  public void hear(ViewNews heard) {
    switch (heard) {
      case ViewNews.Rows rows -> {
        if (asked) {
          asked = false;
          known = Optional.of(rows.id());
          news = event(rows);
        }
      }
      case ViewNews.NoSuchView _, ViewNews.NotShown _ -> over = true;
    }
  }

  /** Refers to the bytes of the rows, which others are sent, too. */
  private static ByteString event(ViewNews.Rows rows) {
    ByteString own =
        ByteString.fromString("id: " + rows.id() + "\nevent: rows\ndata: ")
            .concat(rows.json())
            .concat(END);
    return rows.base().map(base -> event(base).concat(own)).orElse(own);
  }

  @Override
  public ByteString take() {
    ByteString next = news;
    news = ByteString.emptyByteString();
    if (next.isEmpty() && !asked) {
      ask();
    }
    return next;
  }

  @Override
  public Duration pause(int bytes) {
    return Duration.ofMillis(1_000L * bytes / BYTES_PER_SECOND);
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public ByteString beat() {
    if (asked) {
      // A historian that began anew knows nobody that waits.
      ask();
    }
    return BEAT;
  }

  @Override
  public void end() {
    historian.tell(new Historian.Unwatch(view, page));
  }
}
