package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.access.SessionCookie;
import dev.stockpot.coordinator.http.access.Sessions;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.access.Tokens.Holder;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Who asks, and whether they are let in: by a token, or by the cookie of a session. A browser sends
 * a cookie along whoever's page asks, so by a cookie nothing is changed that a page of another
 * origin might have asked for: it may not send the header {@code X-Stockpot}, and the browser says
 * where it is from.
 */
final class Callers {

  private final Tokens tokens;
  private final Sessions sessions;

  Callers(Tokens tokens, Sessions sessions) {
    this.tokens = tokens;
    this.sessions = sessions;
  }

  /**
   * Whose token or session it is, where one is asked for.
   *
   * @throws RefusedRequest if the caller is not let in
   */
  Optional<Holder> admit(HttpRequest request, Admission admission) {
    return switch (admission) {
      case ANYBODY -> {
        demandOwnPage(request);
        yield Optional.empty();
      }
      case TOKEN -> Optional.of(holder(request));
      case CAPABILITY -> {
        if (request.getHeader(DataRoutes.CAPABILITY).isEmpty()) {
          throw new RefusedRequest(
              StatusCodes.UNAUTHORIZED,
              "send the header '" + DataRoutes.CAPABILITY + "' with the capability of a lease");
        }
        yield Optional.empty();
      }
    };
  }

  /** Whether {@link #admit} lets the caller in. */
  boolean letIn(HttpRequest request, Admission admission) {
    try {
      admit(request, admission);
      return true;
    } catch (RefusedRequest _) {
      return false;
    }
  }

  private Holder holder(HttpRequest request) {
    if (request.getHeader("Authorization").isPresent()) {
      return bearer(request).flatMap(tokens::holder).orElseThrow(Callers::stranger);
    }
    Holder holder =
        cookies(request).stream()
            .map(cookie -> sessions.holder(cookie.value()))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow(Callers::stranger);
    demandOwnPage(request);
    return holder;
  }

  private static RefusedRequest stranger() {
    return new RefusedRequest(
        StatusCodes.UNAUTHORIZED,
        "send the header 'Authorization: Bearer TOKEN' with a token of this coordinator's"
            + " token file, or log in at /");
  }

  /**
   * Refuses what would change something and may come of a page of another origin.
   *
   * @throws RefusedRequest if it may
   */
  private static void demandOwnPage(HttpRequest request) {
    if (request.method().equals(HttpMethods.GET)) {
      return;
    }
    if (header(request, "X-Stockpot").isEmpty()) {
      throw new RefusedRequest(
          StatusCodes.FORBIDDEN,
          "send the header 'X-Stockpot: 1', which shows that no other site's page asks");
    }
    boolean own =
        header(request, "Sec-Fetch-Site")
            .map(site -> site.equals("same-origin"))
            .or(() -> header(request, "Origin").map(origin -> isOwn(origin, request)))
            .orElse(true);
    if (!own) {
      throw new RefusedRequest(
          StatusCodes.FORBIDDEN, "a page of another site asks, and such pages change nothing here");
    }
  }

  private static boolean isOwn(String origin, HttpRequest request) {
    try {
      return header(request, "Host").equals(Optional.ofNullable(URI.create(origin).getAuthority()));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(header -> header.value());
  }

  private static Optional<String> bearer(HttpRequest request) {
    String scheme = "Bearer ";
    return header(request, "Authorization")
        .filter(value -> value.regionMatches(true, 0, scheme, 0, scheme.length()))
        .map(value -> value.substring(scheme.length()).strip());
  }

  /** The sessions that a request brings along, whosever they are. */
  static List<SessionCookie> cookies(HttpRequest request) {
    return header(request, "Cookie")
        .map(cookies -> SessionCookie.in(cookies, ownCookie(request)))
        .orElse(List.of());
  }

  /** What the session that begins here is called. */
  static String ownCookie(HttpRequest request) {
    return SessionCookie.name(header(request, "Host"));
  }

  static void permit(Holder holder, Route route) {
    if (holder.readOnly() && route.changesSomething()) {
      throw new RefusedRequest(
          StatusCodes.FORBIDDEN,
          "the token '%s' is read-only: it shows what there is, and changes nothing"
              .formatted(holder.name()));
    }
  }
}
