package dev.stockpot.coordinator.http.reply;

import dev.stockpot.coordinator.http.access.RefusalLog;
import java.time.Duration;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers what is no HTTP request at all, or one whose head is too large. Made by Pekko by name.
 */
public final class IllegalRequestReply extends ParsingErrorHandler {

  private static final RefusalLog REFUSALS =
      new RefusalLog("a request", Duration.ofMinutes(1), System::nanoTime);

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    // Pekko does not say here whose request it was.
    REFUSALS.refused("an unknown peer", status.intValue() + " illegal request");
    return Replies.error(status, error.summary());
  }
}
