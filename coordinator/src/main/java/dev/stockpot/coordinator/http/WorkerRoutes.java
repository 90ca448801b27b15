package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.WorkerDrain;
import dev.stockpot.protocol.api.WorkerView;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Who works, and who is kept from it. A worker's name is its host and its device. */
final class WorkerRoutes {

  private final HttpSettings settings;
  private final QueueAsk queue;

  WorkerRoutes(ActorSystem<?> system, HttpSettings settings) {
    this.settings = settings;
    this.queue = new QueueAsk(system, settings);
  }

  List<Route> routes() {
    return List.of(
        Route.of(HttpMethods.GET, "/v1/workers", Admission.TOKEN, this::list),
        Route.of(
            HttpMethods.POST,
            "/v1/workers/{host}/{device}/drain",
            Admission.TOKEN,
            Audit.of("drain", this::drain)),
        Route.of(
            HttpMethods.POST,
            "/v1/workers/{host}/{device}/resume",
            Admission.TOKEN,
            Audit.of("resume", this::resume)));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return workers(call).thenApply(Replies::ok);
  }

  private CompletionStage<List<WorkerView>> workers(Call call) {
    return call.duty()
        .workers()
        .get()
        .toCompletableFuture()
        .copy()
        .orTimeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .handle((workers, problem) -> {
          if (problem == null) {
            return workers;
          }
          if (problem instanceof TimeoutException
              || problem.getCause() instanceof TimeoutException) {
            throw RefusedRequest.unavailable("the coordinator did not answer in time; ask again");
          }
          throw new IllegalStateException(problem);
        });
  }

  private CompletionStage<HttpResponse> drain(Call call) {
    String name = name(call);
    return workers(call)
        .thenCompose(workers -> {
          if (workers.stream().noneMatch(worker -> worker.name().equals(name))) {
            throw new RefusedRequest(
                StatusCodes.NOT_FOUND,
                "there is no worker '%s'; /v1/workers lists those that there are".formatted(name));
          }
          return queue.<Answer<WorkerDrain>>ask(
              call, replyTo -> new JobRequest.Drain(name, replyTo));
        })
        .thenApply(answer -> Replies.ok(QueueAsk.value(answer)));
  }

  private CompletionStage<HttpResponse> resume(Call call) {
    return queue
        .<Answer<WorkerDrain>>ask(call, replyTo -> new JobRequest.Resume(name(call), replyTo))
        .thenApply(answer -> Replies.ok(QueueAsk.value(answer)));
  }

  private static String name(Call call) {
    return String.join("/", call.segments());
  }
}
