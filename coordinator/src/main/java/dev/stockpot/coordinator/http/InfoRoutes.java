package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The workers, and the description of the API. */
final class InfoRoutes {

  private final HttpSettings settings;
  private final byte[] document = document();

  InfoRoutes(HttpSettings settings) {
    this.settings = settings;
  }

  List<Route> routes() {
    return List.of(
        Route.of(HttpMethods.GET, "/v1/workers", Admission.TOKEN, this::workers),
        Route.of(HttpMethods.GET, "/v1/openapi.json", Admission.TOKEN, this::openapi));
  }

  private CompletionStage<HttpResponse> workers(Call call) {
    return call.duty()
        .workers()
        .get()
        .toCompletableFuture()
        .copy()
        .orTimeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .handle((workers, problem) -> {
          if (problem == null) {
            return Replies.ok(workers);
          }
          if (problem instanceof TimeoutException
              || problem.getCause() instanceof TimeoutException) {
            throw RefusedRequest.unavailable("the coordinator did not answer in time; ask again");
          }
          throw new IllegalStateException(problem);
        });
  }

  private CompletionStage<HttpResponse> openapi(Call call) {
    return CompletableFuture.completedStage(
        HttpResponse.create()
            .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, document)));
  }

  private static byte[] document() {
    try (InputStream resource =
        Objects.requireNonNull(InfoRoutes.class.getResourceAsStream("openapi.json"), "resource")) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
