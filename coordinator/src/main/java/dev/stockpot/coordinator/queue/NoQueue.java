package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Stands where a process has no queue of jobs, and takes none: says so to whoever asks. */
public final class NoQueue {

  private NoQueue() {}

  /** Refuses whatever would change something. */
  public static Behavior<JobRequest> create() {
    return Behaviors.receiveMessage(request -> {
      switch (request) {
        case JobRequest.Submit submit -> refuse(submit.replyTo());
        case JobRequest.Cancel cancel -> refuse(cancel.replyTo());
        case JobRequest.Retry retry -> refuse(retry.replyTo());
        case JobRequest.Delete delete -> refuse(delete.replyTo());
        case JobRequest.Drain drain -> refuse(drain.replyTo());
        case JobRequest.Resume resume -> refuse(resume.replyTo());
        case JobRequest.GetJob get -> refuse(get.replyTo());
        case JobRequest.GetLog get -> refuse(get.replyTo());
        case JobRequest.ListJobs list -> list.replyTo().tell(List.of());
        case JobRequest.Follow follow -> follow.subscriber().tell(new JobNews.Unknown(follow.id()));
        case JobRequest.Unfollow _ -> {}
      }
      return Behaviors.same();
    });
  }

  private static <T> void refuse(ActorRef<Answer<T>> asker) {
    asker.tell(
        new Refused<>(
            Reason.CONFLICT,
            "this process carries out one plan and has no queue of jobs; stop it where it was started",
            List.of()));
  }
}
