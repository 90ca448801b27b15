package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** Reads bodies that are small enough to be held. */
final class Bodies {

  /** A plan of 1 MiB, and room for what goes with it. */
  static final long LIMIT = (1 << 20) + (64 << 10);

  /** What is taken, and thrown away, of a body that is refused. */
  private static final long DRAINED = 16 << 20;

  private final Materializer materializer;
  private final HttpSettings settings;

  Bodies(ActorSystem<?> system, HttpSettings settings) {
    this.materializer = Materializer.matFromSystem(system);
    this.settings = settings;
  }

  /** All bytes of the body; fails with a {@link RefusedRequest} if they are too many, or late. */
  CompletionStage<byte[]> read(HttpRequest request) {
    HttpEntity entity = request.entity();
    OptionalLong announced = entity.getContentLengthOption();
    if (announced.isPresent() && announced.getAsLong() > LIMIT) {
      // The connection is closed after the answer, without a look at the body.
      throw tooLarge();
    }
    return entity
        .withoutSizeLimit()
        .getDataBytes()
        .completionTimeout(settings.headTimeout())
        .runWith(
            Sink.fold(new Collected(ByteString.emptyByteString()), Collected::plus), materializer)
        .thenApply(collected -> collected.bytes().toArrayUnsafe())
        .exceptionallyCompose(problem -> CompletableFuture.failedStage(notRead(problem)));
  }

  private RuntimeException notRead(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return switch (cause) {
      case RefusedRequest refused -> refused;
      case TimeoutException _ ->
          new RefusedRequest(
              StatusCodes.REQUEST_TIMEOUT,
              "the body was not complete within %d s"
                  .formatted(settings.headTimeout().toSeconds()));
      default ->
          RefusedRequest.invalid("the body did not arrive as a whole, or its chunks are malformed");
    };
  }

  /**
   * Completes once what is left of a refused body has come, if that is not much: a connection that
   * is closed with bytes unread is reset, and a client that still sends would miss the answer.
   */
  CompletionStage<?> drained(HttpRequest request) {
    HttpEntity entity = request.entity();
    long announced = entity.getContentLengthOption().orElse(Long.MAX_VALUE);
    boolean waitsForLeave = request.getHeader("Expect").isPresent();
    if (entity.isStrict() || waitsForLeave || announced > DRAINED) {
      return CompletableFuture.completedStage(null);
    }
    return entity
        .withoutSizeLimit()
        .getDataBytes()
        .completionTimeout(settings.headTimeout())
        .runWith(Sink.ignore(), materializer)
        // It may have been taken already, or never come.
        .handle((done, _) -> done);
  }

  private static RefusedRequest tooLarge() {
    return new RefusedRequest(
        StatusCodes.CONTENT_TOO_LARGE,
        "a body has at most %d bytes; a plan of more than 1 MiB is no plan".formatted(LIMIT));
  }

  private record Collected(ByteString bytes) {
    Collected plus(ByteString more) {
      if (bytes.size() + more.size() > LIMIT) {
        throw tooLarge();
      }
      return new Collected(bytes.concat(more));
    }
  }
}
