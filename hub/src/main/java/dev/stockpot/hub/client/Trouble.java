package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why an attempt failed that may be repeated.
 *
 * @param words what happened, as the end of a sentence
 * @param quiet that the server asks for
 */
record Trouble(String words, Optional<Duration> quiet) {

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern RESET = Pattern.compile("(?:^|;)\\s*t=(\\d{1,9})");

  /** Of an answer that says: not now. */
  static Trouble of(int status, HttpHeaders headers, Instant now) {
    Optional<Duration> wait =
        headers
            .firstValue("Retry-After")
            .flatMap(text -> retryAfter(text.strip(), now))
            .or(() ->
                status == 429
                    ? headers.firstValue("RateLimit").flatMap(Trouble::reset)
                    : Optional.empty());
    return new Trouble(
        status == 429 ? "it is asked too often (429)" : "it answers " + status, wait);
  }

  private static Optional<Duration> retryAfter(String text, Instant now) {
    if (SECONDS.matcher(text).matches()) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  /** The hub's own header says when its window ends: {@code "resolvers";r=0;t=55}. */
  private static Optional<Duration> reset(String text) {
    Matcher reset = RESET.matcher(text);
    return reset.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(reset.group(1))))
        : Optional.empty();
  }

  /** Of a connection that failed. */
  static Trouble of(IOException failure, String host) {
    return new Trouble(words(failure, host), Optional.empty());
  }

  private static String words(IOException failure, String host) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof UnresolvedAddressException) {
        return host + " is not found; is there a network, and is the name right?";
      }
    }
    return switch (failure) {
      case HttpConnectTimeoutException _ -> host + " takes no connection in time";
      case HttpTimeoutException _ -> host + " does not answer in time";
      case ConnectException _ -> host + " takes no connection";
      default ->
          "the connection to "
              + host
              + " broke"
              + (failure.getMessage() == null
                  ? ""
                  : " (" + Printable.text(failure.getMessage()) + ")");
    };
  }
}
