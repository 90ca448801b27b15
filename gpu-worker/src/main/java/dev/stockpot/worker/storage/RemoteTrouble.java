package dev.stockpot.worker.storage;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.worker.storage.RunStorage.LeaseOverException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of a task whose bytes do not get to or from the coordinator. */
final class RemoteTrouble {

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int INSUFFICIENT_STORAGE = 507;

  private RemoteTrouble() {}

  /** Another attempt, here or by another worker, may well succeed. */
  static MergeException passing(String what, String trouble, Throwable cause) {
    return new MergeException(
        new Failure(Failure.Kind.TRANSIENT, what + ", through the coordinator: " + trouble), cause);
  }

  static MergeException stalled(String what, Duration after) {
    String trouble = "no byte moved for %d s".formatted(after.toSeconds());
    return passing(what, trouble, new TimeoutException(trouble));
  }

  /** What an error means, which may be one of these exceptions already. */
  static Exception of(String what, Throwable error) {
    return switch (error) {
      case MergeException known -> known;
      case LeaseOverException over -> over;
      default ->
          passing(
              what,
              Objects.requireNonNullElse(error.getMessage(), error.getClass().getSimpleName()),
              error);
    };
  }

  /** What an answer with an unwanted status means. */
  static Exception of(String what, HttpResponse<String> answer) {
    int status = answer.statusCode();
    String said =
        "%s answered %d: %s".formatted(answer.uri().getAuthority(), status, message(answer.body()));
    return switch (status) {
      case FORBIDDEN, NOT_FOUND -> new LeaseOverException(what + ": " + said);
      case INSUFFICIENT_STORAGE ->
          new MergeException(new Failure(Failure.Kind.OUT_OF_DISK, what + ": " + said));
      default -> passing(what, said, new IOException(said));
    };
  }

  /** Of an {@link dev.stockpot.protocol.api.ApiError}, what it says; of other text, all of it. */
  private static String message(String body) {
    try {
      String error = JsonMapper.shared().readTree(body).path("error").asString("");
      return error.isEmpty() ? body : error;
    } catch (JacksonException _) {
      return body;
    }
  }
}
