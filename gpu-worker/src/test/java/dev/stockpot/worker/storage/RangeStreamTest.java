package dev.stockpot.worker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.protocol.RemoteAccess;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Beside a sender that sends as fast as it is let. */
@Timeout(60)
class RangeStreamTest {

  private static final int LENGTH = 64 << 20;
  private static final int PIECE = 64 << 10;

  /** What both sockets together may hold. */
  private static final int IN_SOCKETS = 12 << 20;

  private final Semaphore sent = new Semaphore(0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final DataPlane dataPlane =
      new DataPlane(
          new DataPlaneSettings(
              Duration.ofSeconds(20),
              Duration.ofSeconds(20),
              DataPlaneSettings.LEAST_BUFFER_BYTES,
              4,
              Optional.empty()));
  private HttpServer server = HttpServer.create();

  RangeStreamTest() throws IOException {}

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::send);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void close() {
    dataPlane.close();
    server.stop(0);
    threads.shutdown();
  }

  private void send(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes 0-%d/%d".formatted(LENGTH - 1, LENGTH));
      exchange.sendResponseHeaders(206, LENGTH);
      OutputStream body = exchange.getResponseBody();
      for (int at = 0; at < LENGTH; at += PIECE) {
        body.write(piece(at));
        sent.release();
      }
    }
  }

  private static byte[] piece(int at) {
    byte[] piece = new byte[PIECE];
    MemorySegment.ofArray(piece).set(ValueLayout.JAVA_INT_UNALIGNED, 0, at);
    return piece;
  }

  private RangeReader begin() {
    SourceRange range = new SourceRange(0, 0, 0, LENGTH, Dtype.U8);
    TensorTask task =
        new TensorTask(
            0, "t", Operation.COPY, 0, LENGTH, List.of(range, range), Dtype.U8, 0, 0, LENGTH);
    RemoteAccess access =
        new RemoteAccess(List.of("http://localhost:" + server.getAddress().getPort()), "secret");
    return dataPlane.read(new DataPlane.Lease(access, "job", () -> false), "in", task, range);
  }

  /** Pieces that were sent until none was for a while. */
  private int sentUntilItStalls() throws InterruptedException {
    assertThat(sent.tryAcquire(20, TimeUnit.SECONDS)).as("begun").isTrue();
    int pieces = 1;
    while (sent.tryAcquire(1, TimeUnit.SECONDS)) {
      pieces++;
    }
    return pieces;
  }

  @Test
  void bytesComeBeforeTheyAreReadAndNoMoreOfThemThanThereIsRoomFor() throws Exception {
    try (RangeReader reader = begin();
        Arena arena = Arena.ofConfined()) {
      int ahead = sentUntilItStalls();
      assertThat((long) ahead * PIECE)
          .as("4 MiB of 32 MiB for four threads of two sources each")
          .isBetween(4L << 20, (4L << 20) + IN_SOCKETS);

      MemorySegment chunk = arena.allocate(PIECE);
      for (int at = 0; at < LENGTH; at += PIECE) {
        reader.read(chunk);
        assertThat(chunk.mismatch(MemorySegment.ofArray(piece(at)))).isEqualTo(-1);
      }
    }
  }

  @Test
  void aReaderThatIsClosedEndsTheSending() throws Exception {
    RangeReader reader = begin();
    assertThat((long) sentUntilItStalls() * PIECE).isLessThan(LENGTH);
    reader.close();
    threads.shutdown();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).as("sender is free").isTrue();
  }
}
