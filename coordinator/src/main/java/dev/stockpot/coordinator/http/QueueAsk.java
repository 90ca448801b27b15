package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/** Asks the queue of the coordinator that a call is for. */
final class QueueAsk {

  private final ActorSystem<?> system;
  private final HttpSettings settings;

  QueueAsk(ActorSystem<?> system, HttpSettings settings) {
    this.system = system;
    this.settings = settings;
  }

  /**
   * Asks.
   *
   * @return fails with a {@link RefusedRequest} if the answer takes too long
   */
  <T> CompletionStage<T> ask(Call call, Function<ActorRef<T>, JobRequest> request) {
    return inTime(
        AskPattern.ask(call.duty().queue(), request, settings.answerTimeout(), system.scheduler()),
        settings);
  }

  /**
   * An answer that may be late.
   *
   * @return fails with a {@link RefusedRequest} then
   */
  static <T> CompletionStage<T> inTime(CompletionStage<T> answer, HttpSettings settings) {
    return answer.exceptionally(problem -> {
      if (problem instanceof TimeoutException || problem.getCause() instanceof TimeoutException) {
        throw RefusedRequest.unavailable(
            "the coordinator did not answer within %d s; ask again"
                .formatted(settings.answerTimeout().toSeconds()));
      }
      throw new IllegalStateException(problem);
    });
  }

  /**
   * What the queue answered.
   *
   * @throws RefusedRequest if it refused
   */
  static <T> T value(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T>(T value) -> value;
      case Answer.Refused<T> refused -> throw RefusedRequest.of(refused);
    };
  }
}
