package dev.stockpot.worker.storage;

import dev.stockpot.merge.execution.InputSource.RangeReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import org.jspecify.annotations.Nullable;

/** A range of an input that the coordinator sends. */
final class RangeStream implements RangeReader {

  private static final int PARTIAL_CONTENT = 206;

  private final String what;
  private final String range;
  private final ReadAhead bytes;
  private volatile boolean accepted;
  private @Nullable Transfer transfer;

  /**
   * A range that was not asked for yet.
   *
   * @param what for messages
   * @param bytes what came and was not read
   */
  RangeStream(String what, long offset, long length, ReadAhead bytes) {
    this.what = what;
    this.range = "%d-%d".formatted(offset, offset + length - 1);
    this.bytes = bytes;
  }

  String rangeHeader() {
    return "bytes=" + range;
  }

  /** Where the body of an answer goes. */
  BodySubscriber<String> answer(HttpResponse.ResponseInfo info) {
    String sent = info.headers().firstValue("Content-Range").orElse("");
    accepted = info.statusCode() == PARTIAL_CONTENT && sent.startsWith("bytes " + range + "/");
    return accepted ? bytes : new ErrorText();
  }

  /** The request is on its way; called once, before the first read. */
  void begin(Transfer begun) {
    transfer = begun;
    var _ =
        begun
            .answer()
            .whenComplete((answer, error) -> {
              if (error != null) {
                bytes.fail(RemoteTrouble.of(what, error));
              } else if (answer.statusCode() != PARTIAL_CONTENT) {
                bytes.fail(RemoteTrouble.of(what, answer));
              } else if (!accepted) {
                bytes.fail(
                    RemoteTrouble.passing(what, "it sent another range", new IOException(range)));
              }
            });
  }

  @Override
  public void read(MemorySegment target) throws IOException {
    bytes.read(target);
  }

  @Override
  public void close() {
    // A body that came whole leaves a connection that can be used again.
    if (!bytes.close() && transfer != null) {
      transfer.cancel();
    }
  }
}
