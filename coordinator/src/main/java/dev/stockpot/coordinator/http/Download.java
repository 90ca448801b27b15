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
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A range of an input on its way to one worker. Holds two chunks at a time, whatever the length:
 * the next is read while the one before it is being sent.
 *
 * <p>A read that fails ends the stream only once its bytes are asked for, after all that was read
 * before them. A failure that overtook those could take the head of the answer with it, and the
 * worker would not learn how much of the range is missing.
 */
final class Download {

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
    return Source.unfoldAsync(
        new Ahead(range.first(), CompletableFuture.completedStage(first)), this::next);
  }

  /** The chunk at that position, which may still be being read; empty at the end of the range. */
  private record Ahead(long at, CompletionStage<ByteString> chunk) {}

  private CompletionStage<Optional<Pair<Ahead, ByteString>>> next(Ahead ahead) {
    return ahead
        .chunk()
        .thenApply(bytes -> {
          if (bytes.isEmpty()) {
            return Optional.empty();
          }
          long after = ahead.at() + bytes.size();
          return Optional.of(Pair.create(new Ahead(after, chunk(after)), bytes));
        });
  }

  private CompletionStage<ByteString> chunk(long at) {
    if (at == range.end()) {
      return CompletableFuture.completedStage(ByteString.emptyByteString());
    }
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
