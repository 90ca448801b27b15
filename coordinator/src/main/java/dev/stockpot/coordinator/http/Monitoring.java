package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.reply.Readiness;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.metrics.LocalHost;
import dev.stockpot.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * {@code /metrics} and {@code /v1/ready}, which are answered whatever this process does. Where the
 * API listens on loopback, the metrics are for everybody on this machine; else for who has a token.
 */
final class Monitoring {

  private static final List<String> METRICS = List.of("metrics");
  private static final List<String> READY = List.of("v1", "ready");

  /** Addresses that it answers. */
  static final List<List<String>> ADDRESSES = List.of(METRICS, READY);

  private final Optional<Metrics> metrics;
  private final Supplier<Duty> duty;
  private final Callers callers;
  private final boolean loopback;

  /**
   * Answers from now on.
   *
   * @param metrics empty where this process measures nothing
   * @param loopback whether only this machine reaches the API
   */
  Monitoring(Optional<Metrics> metrics, Supplier<Duty> duty, Callers callers, boolean loopback) {
    this.metrics = metrics;
    this.duty = duty;
    this.callers = callers;
    this.loopback = loopback;
  }

  /** The answer, if the path is one of ours; may throw {@link RefusedRequest}. */
  Optional<CompletionStage<HttpResponse>> answer(HttpRequest request, List<String> path) {
    if (!ADDRESSES.contains(path)) {
      return Optional.empty();
    }
    if (!request.method().equals(HttpMethods.GET)) {
      return Optional.of(CompletableFuture.completedStage(Replies.wrongMethod("GET")));
    }
    return Optional.of(
        path.equals(READY) ? CompletableFuture.completedStage(ready()) : metrics(request));
  }

  private HttpResponse ready() {
    Optional<String> why =
        metrics.isPresent()
            ? metrics.get().unready()
            : duty.get() instanceof Duty.Active ? Optional.empty() : Optional.of("it stands by");
    return Replies.json(
        why.isEmpty() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE,
        new Readiness(why.isEmpty(), why));
  }

  private CompletionStage<HttpResponse> metrics(HttpRequest request) {
    if (!(loopback && LocalHost.isNamed(header(request, "Host")))) {
      callers.admit(request, Admission.TOKEN);
    }
    return metrics
        .orElseThrow(
            () -> new RefusedRequest(StatusCodes.NOT_FOUND, "this process measures nothing"))
        .scrape(header(request, "Accept"))
        .thenApply(exposition ->
            HttpResponse.create()
                .withEntity(
                    HttpEntities.create(
                        ContentTypes.parse(exposition.contentType()),
                        exposition.text().getBytes(StandardCharsets.UTF_8))));
  }

  private static String header(HttpRequest request, String name) {
    return request.getHeader(name).map(header -> header.value()).orElse("");
  }
}
