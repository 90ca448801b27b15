package dev.stockpot.coordinator.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class NodeFiguresTest {

  private static final Path WELL = Path.of("/well");
  private static final Path HUNG = Path.of("/hung");
  private static final Path WRONG = Path.of("/wrong");
  private static final Duration OFTEN = Duration.ofMillis(20);

  private final AtomicBoolean hangs = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Semaphore looks = new Semaphore(0);

  /** File systems as the test wants them, of which one stops to answer, and one never does well. */
  private NodeFigures.Room look(Path directory) throws IOException {
    if (directory.equals(WRONG)) {
      throw new IllegalStateException("no file system");
    }
    if (directory.equals(HUNG) && hangs.get()) {
      try {
        over.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    looks.release(directory.equals(WELL) ? 1 : 0);
    return new NodeFigures.Room(8, 4);
  }

  @Test
  void aDirectoryThatHangsLosesItsFiguresAndNoOtherDoes() throws InterruptedException {
    Metrics metrics = new Metrics("1.2.3");
    NodeFigures figures =
        metrics.part(
            NodeFigures.class,
            registry ->
                new NodeFigures(registry, "file", List.of(WRONG, HUNG, WELL), this::look, OFTEN));
    figures.active(true);
    while (!shows(metrics, HUNG)) {
      looks.acquire();
    }
    hangs.set(true);
    while (shows(metrics, HUNG)) {
      looks.acquire();
    }
    while (!shows(metrics, WELL)) {
      looks.acquire();
    }
    assertThat(shows(metrics, WRONG)).isFalse();
    over.countDown();
    while (!shows(metrics, HUNG)) {
      looks.acquire();
    }
  }

  private static boolean shows(Metrics metrics, Path directory) {
    return metrics
        .scrape("")
        .toCompletableFuture()
        .join()
        .text()
        .lines()
        .anyMatch(("stockpot_filesystem_free_bytes{directory=\"" + directory + "\"} 4.0")::equals);
  }
}
