package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.access.Sessions;
import dev.stockpot.coordinator.http.access.Tokens.Holder;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.ApiJson;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Logging in and out, for browsers: a token against a cookie that their scripts do not see. */
final class SessionRoutes {

  /** Who is logged in. */
  record Session(String name, boolean readOnly) {}

  private final Sessions sessions;
  private final Bodies bodies;

  /** Whether browsers reach this server by TLS, and so must never send the cookie without. */
  private final boolean secure;

  SessionRoutes(ActorSystem<?> system, HttpSettings settings, Sessions sessions) {
    this.sessions = sessions;
    this.bodies = new Bodies(system, settings);
    this.secure =
        settings.tls().isPresent()
            || settings.url().filter(url -> url.startsWith("https:")).isPresent();
  }

  List<Route> routes() {
    String path = "/v1/session";
    return List.of(
        Route.of(HttpMethods.GET, path, Admission.TOKEN, this::show),
        Route.of(HttpMethods.POST, path, Admission.ANYBODY, this::begin),
        Route.of(HttpMethods.DELETE, path, Admission.ANYBODY, this::end));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    Holder holder = call.caller().orElseThrow();
    return CompletableFuture.completedStage(
        Replies.ok(new Session(holder.name(), holder.readOnly())));
  }

  private CompletionStage<HttpResponse> begin(Call call) {
    return bodies
        .read(call.request())
        .thenCompose(body -> {
          Sessions.Begun begun =
              sessions
                  .begin(ApiJson.token(body))
                  .orElseThrow(() ->
                      new RefusedRequest(
                          StatusCodes.UNAUTHORIZED,
                          "this is no token of this coordinator's token file"));
          return Audit.of(
              new Call(call.request(), call.segments(), call.duty(), Optional.of(begun.holder())),
              "log in",
              CompletableFuture.completedStage(cookie(call, begun.value(), Sessions.LIFE)));
        });
  }

  private CompletionStage<HttpResponse> end(Call call) {
    return CompletableFuture.completedStage(cookie(call, "", Duration.ZERO));
  }

  private HttpResponse cookie(Call call, String value, Duration life) {
    return HttpResponse.create()
        .withStatus(StatusCodes.NO_CONTENT)
        .addHeader(
            RawHeader.create(
                "Set-Cookie",
                "%s=%s; Max-Age=%d; Path=/; HttpOnly; SameSite=Strict%s"
                    .formatted(
                        Callers.cookie(call.request()),
                        value,
                        life.toSeconds(),
                        secure ? "; Secure" : "")));
  }
}
