package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.access.RefusalLog;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.reply.Health;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.merge.verification.StockpotVersion;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds who answers a request, and whether it may be answered. Safe for any thread. */
final class Router {

  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final List<String> HEALTH = List.of("v1", "health");

  private final List<Route> routes;
  private final PageRoutes pages;
  private final Monitoring monitoring;
  private final Callers callers;
  private final String cluster;
  private final Supplier<Duty> duty;
  private final Supplier<String> ownUrl;
  private final RefusalLog refusals;
  private final Bodies bodies;

  Router(
      List<Route> routes,
      PageRoutes pages,
      Monitoring monitoring,
      Callers callers,
      String cluster,
      Supplier<Duty> duty,
      Supplier<String> ownUrl,
      RefusalLog refusals,
      Bodies bodies) {
    this.routes = List.copyOf(routes);
    this.pages = pages;
    this.monitoring = monitoring;
    this.callers = callers;
    this.cluster = cluster;
    this.duty = duty;
    this.ownUrl = ownUrl;
    this.refusals = refusals;
    this.bodies = bodies;
  }

  /** Answers every request, whatever it is; the stage never fails. */
  CompletionStage<HttpResponse> answer(HttpRequest request) {
    request
        .getHeader(TimeoutAccess.class)
        .ifPresent(header -> header.timeoutAccess().updateHandler(_ -> timeout()));
    CompletionStage<HttpResponse> answer;
    try {
      answer = route(request);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedStage(e);
    }
    return answer.exceptionallyCompose(
        problem -> bodies.drained(request).thenApply(_ -> problem(request, problem)));
  }

  private CompletionStage<HttpResponse> route(HttpRequest request) {
    List<String> path = segments(request);
    if (path.equals(HEALTH)) {
      return CompletableFuture.completedStage(health(request));
    }
    Optional<CompletionStage<HttpResponse>> monitored = monitoring.answer(request, path);
    if (monitored.isPresent()) {
      return monitored.get();
    }
    Optional<HttpResponse> page = pages.answer(request, path);
    if (page.isPresent()) {
      return CompletableFuture.completedStage(page.get());
    }
    return switch (duty.get()) {
      case Duty.Standby(Optional<String> active) ->
          throw RefusedRequest.unavailable(
              "this coordinator stands by; "
                  + active.map(url -> "the active one is at " + url).orElse("ask the active one"));
      case Duty.Active active -> route(request, path, active);
    };
  }

  private CompletionStage<HttpResponse> route(
      HttpRequest request, List<String> path, Duty.Active active) {
    List<Route> here = routes.stream().filter(route -> route.match(path).isPresent()).toList();
    Optional<Route> wanted =
        here.stream().filter(route -> route.method().equals(request.method())).findFirst();
    Admission admission =
        wanted.or(() -> here.stream().findFirst()).map(Route::admission).orElse(Admission.TOKEN);
    Optional<Tokens.Holder> caller = callers.admit(request, admission);
    if (wanted.isPresent()) {
      Route route = wanted.get();
      caller.ifPresent(holder -> Callers.permit(holder, route));
      return route
          .handler()
          .handle(
              new Route.Call(
                  request,
                  route.match(path).orElseThrow(),
                  active,
                  caller,
                  () -> callers.letIn(request, admission)));
    }
    if (here.isEmpty()) {
      throw noSuchAddress();
    }
    return CompletableFuture.completedStage(
        Replies.wrongMethod(
            here.stream().map(route -> route.method().name()).collect(Collectors.joining(", "))));
  }

  private HttpResponse health(HttpRequest request) {
    if (!request.method().equals(HttpMethods.GET)) {
      return Replies.wrongMethod("GET");
    }
    return Replies.ok(
        switch (duty.get()) {
          case Duty.Active _ ->
              new Health("active", cluster, Optional.of(ownUrl.get()), StockpotVersion.current());
          case Duty.Standby(Optional<String> active) ->
              new Health("standby", cluster, active, StockpotVersion.current());
        });
  }

  /**
   * Segments of the path as it was sent, for Pekko resolves dots before anybody sees them. None of
   * ours needs an escape, so none is decoded.
   */
  private static List<String> segments(HttpRequest request) {
    String sent =
        request
            .getHeader("Raw-Request-URI")
            .map(header -> header.value())
            .orElseGet(() -> request.getUri().getPathString());
    String path = sent.split("[?]", 2)[0];
    if (path.equals("/")) {
      return List.of();
    }
    List<String> segments = List.of(path.split("/", -1));
    boolean ours =
        segments.size() > 1
            && segments.getFirst().isEmpty()
            && segments.stream().skip(1).allMatch(Router::isSegment);
    if (!ours) {
      throw noSuchAddress();
    }
    return segments.subList(1, segments.size());
  }

  private static boolean isSegment(String text) {
    return text.matches("[A-Za-z0-9._:@-]{1,128}") && !text.equals(".") && !text.equals("..");
  }

  private static RefusedRequest noSuchAddress() {
    return new RefusedRequest(
        StatusCodes.NOT_FOUND, "no such address; GET /v1/openapi.json lists them all");
  }

  private static HttpResponse timeout() {
    return Replies.error(
        StatusCodes.SERVICE_UNAVAILABLE, "the coordinator did not answer in time; ask again");
  }

  private HttpResponse problem(HttpRequest request, Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof RefusedRequest refused) {
      if (isWorthLogging(refused.status())) {
        refusals.refused(
            peer(request),
            "%d %s, %s"
                .formatted(
                    refused.status().intValue(),
                    refused.status().reason(),
                    request.method().name()));
      }
      return Replies.error(refused);
    }
    LOG.error("{} {} failed", request.method().name(), request.getUri().getPathString(), cause);
    return Replies.error(
        StatusCodes.INTERNAL_SERVER_ERROR,
        "the coordinator could not do this, and that is a fault of its own; its log says more");
  }

  /** That a job is unknown, or cannot be cancelled any more, is news for the asker only. */
  private static boolean isWorthLogging(StatusCode status) {
    return switch (status.intValue()) {
      case 404, 409, 503 -> false;
      default -> true;
    };
  }

  static String peer(HttpRequest request) {
    return request
        .getAttribute(AttributeKeys.remoteAddress)
        .flatMap(RemoteAddress::getAddress)
        .map(InetAddress::getHostAddress)
        .orElse("an unknown peer");
  }
}
