package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.figures.HttpFigures;
import dev.stockpot.coordinator.http.Route.Admission;
import dev.stockpot.coordinator.http.Route.Call;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.http.reply.Replies;
import dev.stockpot.coordinator.storage.DataAccess.AccessEndedException;
import dev.stockpot.coordinator.storage.InputBytes;
import dev.stockpot.coordinator.storage.TaskBytes;
import dev.stockpot.coordinator.storage.TaskBytes.UploadConflictException;
import dev.stockpot.metrics.MetricsSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Bytes of running jobs, for workers that do not see the files. */
final class DataRoutes {

  private static final Logger LOG = LoggerFactory.getLogger(DataRoutes.class);

  /** The header with the capability of a lease. */
  static final String CAPABILITY = "Stockpot-Capability";

  /** The header with the CRC-32C of a body, in eight hexadecimal digits. */
  static final String CRC = "Stockpot-Crc32c";

  private final Materializer materializer;
  private final Executor blocking;
  private final HttpSettings settings;
  private final Optional<HttpFigures> figures;

  DataRoutes(ActorSystem<?> system, Executor blocking, HttpSettings settings) {
    this.materializer = Materializer.matFromSystem(system);
    this.blocking = blocking;
    this.settings = settings;
    this.figures = MetricsSetup.of(system).map(HttpFigures::of);
  }

  List<Route> routes() {
    return List.of(
        Route.of(
            HttpMethods.GET,
            "/v1/data/{run}/inputs/{input}",
            Admission.CAPABILITY,
            this::readInput),
        Route.of(
            HttpMethods.PUT, "/v1/data/{run}/tasks/{task}", Admission.CAPABILITY, this::writeTask));
  }

  private CompletionStage<HttpResponse> readInput(Call call) {
    InputBytes input =
        number(call)
            .flatMap(index -> call.duty().files().input(capability(call), run(call), index))
            .orElseThrow(DataRoutes::notOpened);
    Optional<ByteRange> asked = call.header("Range").map(ByteRange::of);
    ByteRange range = asked.orElse(ByteRange.WHOLE).within(input.size());
    if (range.isEmpty()) {
      return CompletableFuture.completedStage(
          Replies.error(
                  StatusCodes.RANGE_NOT_SATISFIABLE,
                  "the input has %d bytes".formatted(input.size()))
              .addHeader(RawHeader.create("Content-Range", "bytes */" + input.size())));
    }
    Download download = new Download(input, range, settings.chunkBytes(), blocking);
    return download
        .first()
        .handle((first, problem) -> {
          if (problem != null) {
            throw refusal(call, "an input of " + run(call), problem);
          }
          HttpResponse response = HttpResponse.create().withEntity(entity(download, range, first));
          return asked.isEmpty()
              ? response
              : response
                  .withStatus(StatusCodes.PARTIAL_CONTENT)
                  .addHeader(RawHeader.create("Content-Range", range.contentRange(input.size())));
        });
  }

  private ResponseEntity entity(Download download, ByteRange range, ByteString first) {
    if (first.size() == range.length()) {
      return HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, sent(first));
    }
    return HttpEntities.create(
        ContentTypes.APPLICATION_OCTET_STREAM,
        range.length(),
        download.bytes(first).map(this::sent));
  }

  private ByteString sent(ByteString bytes) {
    figures.ifPresent(each -> each.sent(bytes.size()));
    return bytes;
  }

  private CompletionStage<HttpResponse> writeTask(Call call) {
    TaskBytes task =
        number(call)
            .flatMap(id -> call.duty().files().task(capability(call), run(call), id))
            .orElseThrow(DataRoutes::notOpened);
    Upload upload = new Upload(task, crc(call));
    OptionalLong announced = call.request().entity().getContentLengthOption();
    if (announced.isPresent() && announced.getAsLong() != task.length()) {
      throw Upload.wrongLength(task);
    }
    call.request()
        .getHeader(TimeoutAccess.class)
        .ifPresent(header -> header.timeoutAccess().updateTimeout(settings.stallTimeout()));
    CompletableFuture<Void> stored =
        CompletableFuture.runAsync(upload::begin, blocking)
            .thenCompose(_ -> receive(call, task, upload))
            .thenRunAsync(upload::settle, blocking)
            .thenCompose(_ -> upload.flush());
    var _ = stored.whenCompleteAsync((_, _) -> upload.close(), blocking);
    return stored.handle((_, problem) -> {
      if (problem != null) {
        throw refusal(call, "task %s of %s".formatted(call.segments().get(1), run(call)), problem);
      }
      return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
    });
  }

  /**
   * While one piece is written the next one gathers, so that pieces are as large as they may be.
   */
  private CompletionStage<?> receive(Call call, TaskBytes task, Upload upload) {
    return call.request()
        .entity()
        .withoutSizeLimit()
        .getDataBytes()
        .completionTimeout(
            settings
                .headTimeout()
                .plus(Duration.ofSeconds(task.length() / settings.slowestUpload())))
        .batchWeighted(
            settings.chunkBytes(),
            bytes -> (long) bytes.size(),
            bytes -> bytes,
            (some, more) -> some.concat(more))
        .mapAsync(
            1,
            bytes ->
                CompletableFuture.supplyAsync(
                    () -> {
                      upload.add(bytes);
                      figures.ifPresent(each -> each.received(bytes.size()));
                      return bytes.size();
                    },
                    blocking))
        .runWith(Sink.ignore(), materializer);
  }

  /** One answer for whatever is not opened, so that it tells nothing about what there is. */
  private static RefusedRequest notOpened() {
    return new RefusedRequest(
        StatusCodes.FORBIDDEN,
        "the capability does not open this: its lease is over, or is for other tasks");
  }

  private static RefusedRequest refusal(Call call, String what, Throwable problem) {
    try (MDC.MDCCloseable _ = MDC.putCloseable("run", run(call))) {
      return refusal(what, problem);
    }
  }

  private static RefusedRequest refusal(String what, Throwable problem) {
    Throwable cause = problem;
    while ((cause instanceof CompletionException || cause instanceof UncheckedIOException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case RefusedRequest refused -> refused;
      case AccessEndedException _ -> notOpened();
      // The run was closed under it.
      case ClosedChannelException _ -> notOpened();
      case UploadConflictException conflict -> {
        LOG.warn("{}: {}", what, conflict.getMessage());
        yield new RefusedRequest(StatusCodes.CONFLICT, String.valueOf(conflict.getMessage()));
      }
      case IOException failed -> {
        LOG.warn("{}: {}", what, failed.toString());
        yield new RefusedRequest(
            StatusCodes.INTERNAL_SERVER_ERROR,
            "the coordinator's storage failed; its log says more");
      }
      default -> {
        LOG.debug("{} did not arrive: {}", what, cause.toString());
        yield RefusedRequest.invalid(
            "the body did not arrive as a whole, or not in time; send it again");
      }
    };
  }

  private static Optional<Integer> number(Call call) {
    return Optional.of(call.segments().get(1))
        .filter(text -> text.matches("[0-9]{1,9}"))
        .map(Integer::valueOf);
  }

  private static String run(Call call) {
    return call.segments().getFirst();
  }

  private static String capability(Call call) {
    return call.header(CAPABILITY).orElseThrow(DataRoutes::notOpened);
  }

  private static int crc(Call call) {
    return call.header(CRC)
        .filter(text -> text.matches("[0-9a-fA-F]{8}"))
        .map(text -> Integer.parseUnsignedInt(text, 16))
        .orElseThrow(() ->
            RefusedRequest.invalid(
                "send the header '" + CRC + "' with the body's CRC-32C in 8 hexadecimal digits"));
  }
}
