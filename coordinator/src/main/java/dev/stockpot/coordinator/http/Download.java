package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.storage.InputBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A range of an input on its way to one worker. Holds a few chunks at a time, whatever the length:
 * the next is read while those before it are being sent.
 */
final class Download {

  private static final int READ_AHEAD = 2;

  private final InputBytes input;
  private final ByteRange range;
  private final int chunkBytes;
  private final Executor blocking;

  Download(InputBytes input, ByteRange range, int chunkBytes, Executor blocking) {
    this.input = input;
    this.range = range;
    this.chunkBytes = chunkBytes;
    this.blocking = blocking;
  }

  /** The first chunk; fails if the file cannot be read, while that can still be told. */
  CompletionStage<ByteString> first() {
    return chunk(range.first());
  }

  /** All of the range; fails, and with it the connection, if the lease ends meanwhile. */
  Source<ByteString, ?> bytes(ByteString first) {
    return Source.single(first)
        .concat(
            Source.unfoldAsync(range.first() + first.size(), this::next)
                .buffer(READ_AHEAD, OverflowStrategy.backpressure()));
  }

  private CompletionStage<Optional<Pair<Long, ByteString>>> next(long at) {
    return at == range.end()
        ? CompletableFuture.completedStage(Optional.empty())
        : chunk(at).thenApply(bytes -> Optional.of(Pair.create(at + bytes.size(), bytes)));
  }

  private CompletionStage<ByteString> chunk(long at) {
    return CompletableFuture.supplyAsync(
        () -> {
          byte[] bytes = new byte[(int) Math.min(chunkBytes, range.end() - at)];
          try {
            input.read(ByteBuffer.wrap(bytes), at);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return ByteString.fromArrayUnsafe(bytes);
        },
        blocking);
  }
}
