package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.access.SessionCookie;
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
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpHeader;
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
              new Call(
                  call.request(),
                  call.segments(),
                  call.duty(),
                  Optional.of(begun.holder()),
                  call.letIn()),
              "log in",
              CompletableFuture.completedStage(
                  answer()
                      .addHeader(
                          cookie(
                              Callers.ownCookie(call.request()), begun.value(), Sessions.LIFE))));
        });
  }

  /** Ends every session that would count here, whichever server of this host began it. */
  private CompletionStage<HttpResponse> end(Call call) {
    Stream<String> counting =
        Callers.cookies(call.request()).stream()
            .filter(cookie -> sessions.holder(cookie.value()).isPresent())
            .map(SessionCookie::name);
    return CompletableFuture.completedStage(
        answer()
            .addHeaders(
                Stream.concat(Stream.of(Callers.ownCookie(call.request())), counting)
                    .distinct()
                    .<HttpHeader>map(name -> cookie(name, "", Duration.ZERO))
                    .toList()));
  }

  private static HttpResponse answer() {
    return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
  }

  private HttpHeader cookie(String name, String value, Duration life) {
    return RawHeader.create(
        "Set-Cookie",
        "%s=%s; Max-Age=%d; Path=/; HttpOnly; SameSite=Strict%s"
            .formatted(name, value, life.toSeconds(), secure ? "; Secure" : ""));
  }
}
