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
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The description of the API. */
final class InfoRoutes {

  private final byte[] document = document();

  List<Route> routes() {
    return List.of(Route.of(HttpMethods.GET, "/v1/openapi.json", Admission.TOKEN, this::openapi));
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
