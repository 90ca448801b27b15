package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.history.ViewNews;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import scala.runtime.BoxedUnit;

/**
 * The rows of a view as a stream of server-sent events, for one page. Asks for what changed only
 * when what was told before has had its time at {@link #BYTES_PER_SECOND}; a page that takes it
 * slower asks later. Beats show that the stream still runs.
 */
final class ViewEvents extends GraphStage<SourceShape<ByteString>> {

  private static final int BYTES_PER_SECOND = 150_000;
  private static final Duration BEAT = Duration.ofSeconds(5);

  /** An event, because a page cannot see comments. */
  private static final ByteString BEATS = ByteString.fromString("event: beat\ndata: {}\n\n");

  private final Outlet<ByteString> out = Outlet.create("ViewEvents.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final ActorRef<Historian.Command> historian;
  private final String view;
  private final Optional<String> after;

  private ViewEvents(ActorRef<Historian.Command> historian, String view, Optional<String> after) {
    this.historian = historian;
    this.view = view;
    this.after = after;
  }

  static HttpResponse response(
      ActorRef<Historian.Command> historian, String view, Optional<String> after) {
    return HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(
            HttpEntities.create(
                ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM),
                Source.fromGraph(new ViewEvents(historian, view, after))));
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Follower();
  }

  /** Runs on the stream's actor, to which the news come. */
  private final class Follower extends TimerGraphStageLogic {

    private static final String HEARTBEAT = "heartbeat";
    private static final String NEXT = "next";

    private Optional<String> known = after;
    private @Nullable ActorRef<ViewNews> self;
    private @Nullable ByteString news;

    /** Whether the historian owes an answer. */
    private boolean asked;

    Follower() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              deliver();
            }
          });
    }

    @Override
    public void preStart() {
      StageActor actor =
          getStageActor(received -> {
            receive(received._2());
            return BoxedUnit.UNIT;
          });
      // The historian ends when another process takes over; the page then looks for that one.
      actor.watch(Adapter.toClassic(historian));
      self = Adapter.toTyped(actor.ref());
      ask();
      scheduleWithFixedDelay(HEARTBEAT, BEAT, BEAT);
    }

    private void ask() {
      if (self != null) {
        asked = true;
        historian.tell(new Historian.Watch(view, known, self));
      }
    }

    private void receive(Object message) {
      switch (message) {
        case ViewNews.Rows(String id, String json) -> {
          if (asked) {
            asked = false;
            known = Optional.of(id);
            news =
                ByteString.fromArrayUnsafe(
                    ("id: " + id + "\nevent: rows\ndata: " + json + "\n\n")
                        .getBytes(StandardCharsets.UTF_8));
            deliver();
          }
        }
        case ViewNews.NoSuchView _ -> completeStage();
        case Terminated _ -> completeStage();
        default -> throw new IllegalArgumentException("no news: " + message.getClass());
      }
    }

    private void deliver() {
      ByteString next = news;
      if (next != null && isAvailable(out)) {
        news = null;
        push(out, next);
        scheduleOnce(NEXT, Duration.ofMillis(1_000L * next.size() / BYTES_PER_SECOND));
      }
    }

    @Override
    public void onTimer(Object key) {
      if (key.equals(NEXT)) {
        ask();
        return;
      }
      if (asked) {
        // A historian that began anew knows nobody that waits.
        ask();
      }
      if (news == null && isAvailable(out)) {
        push(out, BEATS);
      }
    }

    @Override
    public void postStop() {
      if (self != null) {
        historian.tell(new Historian.Unwatch(view, self));
      }
    }
  }
}
