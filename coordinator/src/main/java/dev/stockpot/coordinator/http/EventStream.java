package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.Pieces;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
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
import scala.runtime.BoxedUnit;

/**
 * Server-sent events for one reader, of what a {@link Feed} tells. Ends with the actor that the
 * feed hears, and when the reader is not let in any more. Beats show that it still runs. Whoever
 * reads slowly is told less often: one event at a time is on its way.
 */
final class EventStream<N> extends GraphStage<SourceShape<ByteString>> {

  /** What a stream tells, as events; confined to the actor of its stream. */
  interface Feed<N> {

    void hear(N news);

    /** The next event, or several; empty if there is none yet. Asked for when it can be sent. */
    ByteString take();

    /** How long nothing but beats follows an event of so many bytes. */
    Duration pause(int bytes);

    /** Nothing comes any more. */
    boolean isOver();

    /** Shows that the stream still runs. */
    ByteString beat();

    /** The stream has ended, whoever ended it. */
    void end();
  }

  private final Outlet<ByteString> out = Outlet.create("EventStream.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final ActorRef<?> source;
  private final Class<N> kind;
  private final Function<ActorRef<N>, Feed<N>> feeds;
  private final BooleanSupplier letIn;
  private final Duration heartbeat;

  private EventStream(
      ActorRef<?> source,
      Class<N> kind,
      Function<ActorRef<N>, Feed<N>> feeds,
      BooleanSupplier letIn,
      Duration heartbeat) {
    this.source = source;
    this.kind = kind;
    this.feeds = feeds;
    this.letIn = letIn;
    this.heartbeat = heartbeat;
  }

  /**
   * The stream as an answer.
   *
   * @param source tells the news
   * @param feeds makes the feed when the stream begins, of whom news are to be told to
   */
  static <N> HttpResponse response(
      Route.Call call,
      HttpSettings settings,
      ActorRef<?> source,
      Class<N> kind,
      Function<ActorRef<N>, Feed<N>> feeds) {
    EventStream<N> events =
        new EventStream<>(source, kind, feeds, call.letIn(), settings.heartbeat());
    return HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(
            HttpEntities.create(
                ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM),
                Source.fromGraph(events).via(new Pieces(settings.readerTimeout()).flow())));
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inheritedAttributes) {
    return new Reader();
  }

  /** Runs on the stream's actor, to which the news come. */
  @SuppressWarnings("NullAway.Init") // the feed is made before anything else happens
  private final class Reader extends TimerGraphStageLogic {

    private static final String HEARTBEAT = "heartbeat";
    private static final String NEXT = "next";

    private Feed<N> feed;
    private boolean pausing;

    /** What the feed has yet to tell is not for this reader. */
    private boolean over;

    Reader() {
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
      // It ends when another process takes over; the reader then looks for that one.
      actor.watch(Adapter.toClassic(source));
      feed = feeds.apply(Adapter.toTyped(actor.ref()));
      scheduleWithFixedDelay(HEARTBEAT, heartbeat, heartbeat);
    }

    private void receive(Object message) {
      if (message instanceof Terminated) {
        over = true;
      } else {
        feed.hear(kind.cast(message));
      }
      deliver();
    }

    private void deliver() {
      if (!isAvailable(out)) {
        return;
      }
      if (!over && !pausing) {
        ByteString next = feed.take();
        if (!next.isEmpty()) {
          push(out, next);
          Duration pause = feed.pause(next.size());
          if (pause.isPositive()) {
            pausing = true;
            scheduleOnce(NEXT, pause);
          }
        }
      }
      if (over || feed.isOver()) {
        completeStage();
      }
    }

    @Override
    public void onTimer(Object key) {
      if (key.equals(NEXT)) {
        pausing = false;
      } else if (!letIn.getAsBoolean()) {
        over = true;
      }
      deliver();
      if (key.equals(HEARTBEAT) && isAvailable(out) && !isClosed(out)) {
        push(out, feed.beat());
      }
    }

    @Override
    public void postStop() {
      feed.end();
    }
  }
}
