package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.coordinator.queue.JobRequest;
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
 * The news of one job as a stream of server-sent events, for one follower. Subscribes when the
 * stream begins and unsubscribes when it ends, whoever ends it; comments show that it still runs.
 */
final class JobEvents extends GraphStage<SourceShape<ByteString>> {

  private static final ByteString HEARTBEAT = ByteString.fromString(": still here\n\n");

  private final Outlet<ByteString> out = Outlet.create("JobEvents.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final ActorRef<JobRequest> queue;
  private final String id;
  private final long after;
  private final HttpSettings settings;

  private JobEvents(ActorRef<JobRequest> queue, String id, long after, HttpSettings settings) {
    this.queue = queue;
    this.id = id;
    this.after = after;
    this.settings = settings;
  }

  static HttpResponse response(
      ActorRef<JobRequest> queue, String id, long after, HttpSettings settings) {
    return HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(
            HttpEntities.create(
                ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM),
                Source.fromGraph(new JobEvents(queue, id, after, settings))));
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

    private final EventBacklog backlog = new EventBacklog(after, settings.linesPerFollower());
    private @Nullable ActorRef<JobNews> self;

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
      // The queue ends when another process takes over; the client then looks for that one.
      actor.watch(Adapter.toClassic(queue));
      ActorRef<JobNews> follower = Adapter.toTyped(actor.ref());
      self = follower;
      queue.tell(new JobRequest.Follow(id, after, follower));
      scheduleWithFixedDelay("heartbeat", settings.heartbeat(), settings.heartbeat());
    }

    private void receive(Object message) {
      switch (message) {
        case JobNews news -> {
          backlog.add(news);
          deliver();
        }
        case Terminated _ -> completeStage();
        default -> throw new IllegalArgumentException("no news: " + message.getClass());
      }
    }

    private void deliver() {
      if (!isAvailable(out)) {
        return;
      }
      if (!backlog.isEmpty()) {
        push(out, ByteString.fromString(backlog.take()));
      }
      if (backlog.isLast()) {
        completeStage();
      }
    }

    @Override
    public void onTimer(Object key) {
      if (isAvailable(out)) {
        push(out, HEARTBEAT);
      }
    }

    @Override
    public void postStop() {
      if (self != null) {
        queue.tell(new JobRequest.Unfollow(id, self));
      }
    }
  }
}
