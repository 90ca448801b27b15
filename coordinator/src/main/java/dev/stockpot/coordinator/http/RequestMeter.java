package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.figures.HttpFigures;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Counts requests by the templates of their addresses, of which there are few.
 *
 * @param figures empty where nothing is counted
 * @param routes that have templates
 * @param answers gives the answers; its stages never fail
 */
record RequestMeter(
    Optional<HttpFigures> figures,
    List<Route> routes,
    Function<HttpRequest, CompletionStage<HttpResponse>> answers) {

  private static final String OTHER = "other";

  /** Answers the request. */
  CompletionStage<HttpResponse> answer(HttpRequest request) {
    if (figures.isEmpty()) {
      return answers.apply(request);
    }
    long begun = System.nanoTime();
    return answers
        .apply(request)
        .thenApply(response -> {
          figures
              .get()
              .answered(
                  route(request),
                  request.method().name(),
                  response.status().intValue(),
                  System.nanoTime() - begun);
          return response;
        });
  }

  /** The template, or a word for the dashboard's files and whatever is asked for and not there. */
  private String route(HttpRequest request) {
    String path = request.getUri().getPathString();
    List<String> segments = List.of(path.replaceFirst("^/", "").split("/", -1));
    if (path.equals("/v1/health") || Monitoring.ADDRESSES.contains(segments)) {
      return path;
    }
    return routes.stream()
        .filter(route -> route.match(segments).isPresent())
        .findFirst()
        .map(Route::path)
        .orElse(OTHER);
  }
}
