package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.coordinator.queue.JobRequest;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** The news of one job as a stream of events, until the job ends; beats are comments. */
final class JobEvents implements EventStream.Feed<JobNews> {

  private static final ByteString BEAT = ByteString.fromString(": still here\n\n");

  private final ActorRef<JobRequest> queue;
  private final String id;
  private final ActorRef<JobNews> follower;
  private final EventBacklog backlog;

  private JobEvents(
      ActorRef<JobRequest> queue,
      String id,
      ActorRef<JobNews> follower,
      long after,
      int linesPerFollower) {
    this.queue = queue;
    this.id = id;
    this.follower = follower;
    this.backlog = new EventBacklog(after, linesPerFollower);
    queue.tell(new JobRequest.Follow(id, after, follower));
  }

  static HttpResponse response(Route.Call call, HttpSettings settings, String id, long after) {
    ActorRef<JobRequest> queue = call.duty().queue();
    return EventStream.response(
        call,
        settings,
        queue,
        JobNews.class,
        follower -> new JobEvents(queue, id, follower, after, settings.linesPerFollower()));
  }

  @Override
  public void hear(JobNews news) {
    backlog.add(news);
  }

  @Override
  public ByteString take() {
    return ByteString.fromString(backlog.take());
  }

  @Override
  public Duration pause(int bytes) {
    return Duration.ZERO;
  }

  @Override
  public boolean isOver() {
    return backlog.isEmpty() && backlog.isLast();
  }

  @Override
  public ByteString beat() {
    return BEAT;
  }

  @Override
  public void end() {
    queue.tell(new JobRequest.Unfollow(id, follower));
  }
}
