package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.Route.Handler;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for every request that changes something: what, by whose token, from where, and whether
 * it was done. Only words that cannot break a line, and no secret.
 */
final class Audit {

  private static final Logger LOG = LoggerFactory.getLogger("stockpot.audit");

  private Audit() {}

  /** The handler, with a line about the job or worker that its address names. */
  static Handler of(String action, Handler handler) {
    return call -> of(call, action + " " + String.join("/", call.segments()), handler.handle(call));
  }

  /** The answer, with a line when it is there. */
  static CompletionStage<HttpResponse> of(
      Call call, String what, CompletionStage<HttpResponse> answer) {
    return answer.whenComplete((response, problem) ->
        LOG.info(
            "{} by {} from {}: {}",
            what,
            call.caller().map(Tokens.Holder::name).orElse("nobody"),
            Router.peer(call.request()),
            problem == null ? "done" : outcome(problem)));
  }

  private static String outcome(Throwable problem) {
    @Nullable Throwable cause =
        problem instanceof CompletionException ? problem.getCause() : problem;
    return cause instanceof RefusedRequest refused
        ? "refused, status " + refused.status().intValue()
        : "failed";
  }
}
