package dev.stockpot.coordinator.http.reply;

import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.protocol.api.ApiError;
import java.io.Serial;
import java.util.List;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** A request that is answered with an error, on its way to the answer. */
public final class RefusedRequest extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final transient StatusCode status;
  private final transient ApiError error;

  public RefusedRequest(StatusCode status, String message) {
    this(status, new ApiError(message, List.of()));
  }

  public RefusedRequest(StatusCode status, ApiError error) {
    // No stack trace: who made the mistake is at the other end of the connection.
    super(error.error(), null, false, false);
    this.status = status;
    this.error = error;
  }

  public static RefusedRequest invalid(String message) {
    return new RefusedRequest(StatusCodes.BAD_REQUEST, message);
  }

  public static RefusedRequest unavailable(String message) {
    return new RefusedRequest(StatusCodes.SERVICE_UNAVAILABLE, message);
  }

  public static RefusedRequest of(Answer.Refused<?> refused) {
    StatusCode status =
        switch (refused.reason()) {
          case INVALID -> StatusCodes.BAD_REQUEST;
          case FORBIDDEN -> StatusCodes.FORBIDDEN;
          case NOT_FOUND -> StatusCodes.NOT_FOUND;
          case CONFLICT -> StatusCodes.CONFLICT;
          case UNAVAILABLE -> StatusCodes.SERVICE_UNAVAILABLE;
          case OUT_OF_DISK -> StatusCodes.INSUFFICIENT_STORAGE;
        };
    return new RefusedRequest(status, new ApiError(refused.message(), refused.details()));
  }

  public StatusCode status() {
    return status;
  }

  public ApiError error() {
    return error;
  }
}
