package dev.stockpot.coordinator.http.reply;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Large answers that many may ask for at once, sent piece by piece, and not copied. A client that
 * takes no piece in time is cut off, so that what is sent is not held for it.
 */
public record Pieces(Duration timeout) {

  private static final int SIZE = 128 << 10;

  /** Fails with Pekko's BackpressureTimeoutException, by which the listener knows such clients. */
  public Flow<ByteString, ByteString, NotUsed> flow() {
    return Flow.<ByteString>create().mapConcat(Pieces::of).backpressureTimeout(timeout);
  }

  private static List<ByteString> of(ByteString whole) {
    return IntStream.range(0, Math.ceilDiv(whole.size(), SIZE))
        .mapToObj(i -> whole.slice(i * SIZE, Math.min(whole.size(), (i + 1) * SIZE)))
        .toList();
  }

  public ResponseEntity entity(ContentType type, ByteString whole) {
    return HttpEntities.create(type, whole.size(), Source.single(whole).via(flow()));
  }
}
