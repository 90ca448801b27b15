package dev.stockpot.coordinator.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.file.FileWait;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PatientStepTest {

  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofMinutes(5);

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final CountDownLatch answers = new CountDownLatch(1);
  private final LinkedBlockingQueue<String> late = new LinkedBlockingQueue<>();
  private final CountDownLatch begun = new CountDownLatch(2);

  @AfterEach
  void end() {
    answers.countDown();
    threads.shutdownNow();
  }

  /** Stands for a file system that hangs. */
  private String read(String file) {
    FileWait.at(Path.of(file));
    begun.countDown();
    while (true) {
      try {
        answers.await();
        return file;
      } catch (InterruptedException _) {
        // As a thread that waits for a disk does.
      }
    }
  }

  private PatientStep<String> start(Duration patience, String file) {
    return PatientStep.start(threads, patience, () -> read(file), late::add);
  }

  private static Failure failure(PatientStep<String> step) {
    CompletionException thrown =
        assertThatExceptionOfType(CompletionException.class)
            .isThrownBy(() -> step.result().toCompletableFuture().join())
            .actual();
    if (thrown.getCause() instanceof MergeException known) {
      return known.failure();
    }
    throw thrown;
  }

  @Test
  void aStepWhoseFilesAnswerHasAResult() {
    answers.countDown();
    assertThat(start(LONG, "/a").result().toCompletableFuture().join()).isEqualTo("/a");
    assertThat(late).isEmpty();
  }

  @Test
  void aResultIsNotHeldUntilThePatienceIsOver() {
    WeakReference<byte[]> taken = resultOf(LONG);
    while (taken.get() != null) {
      System.gc();
      Thread.onSpinWait();
    }
  }

  private WeakReference<byte[]> resultOf(Duration patience) {
    PatientStep<byte[]> step = PatientStep.start(threads, patience, () -> new byte[1], _ -> {});
    return new WeakReference<>(step.result().toCompletableFuture().join());
  }

  @Test
  void aFileThatDoesNotAnswerIsNamedAndWhatComesLaterIsCleanedUp() throws InterruptedException {
    Failure failure = failure(start(SHORT, "/hangs/config.json"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(failure.message()).startsWith("/hangs/config.json: has not answered for ");
    assertThat(late).isEmpty();
    answers.countDown();
    assertThat(late.take()).isEqualTo("/hangs/config.json");
  }

  @Test
  void aStepThatTurnsToAnotherFileInTimeIsNotGivenUp() {
    // A busy machine may keep a thread waiting for a good part of a second.
    Duration patience = Duration.ofSeconds(2);
    PatientStep<Integer> step =
        PatientStep.start(
            threads,
            patience,
            () -> {
              int files = 0;
              long start = System.nanoTime();
              while (System.nanoTime() - start < patience.toNanos() * 3 / 2) {
                FileWait.at(Path.of("/" + files++));
              }
              return files;
            },
            _ -> {});
    assertThat(step.result().toCompletableFuture().join()).isPositive();
  }

  @Test
  void aStepThatIsAbandonedIsHeardOfNoMore() throws InterruptedException {
    PatientStep<String> step = start(LONG, "/a");
    assertThat(step.abandon()).isTrue();
    assertThat(step.abandon()).isFalse();
    answers.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(step.result().toCompletableFuture()).isNotDone();
  }

  @Test
  void whoeverFindsNoFreeThreadIsToldWhy() throws InterruptedException {
    List<PatientStep<String>> hanging = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      hanging.add(start(SHORT, "/hangs"));
    }
    begun.await();
    hanging.forEach(PatientStepTest::failure);
    assertThat(failure(start(SHORT, "/b")).message())
        .startsWith("no thread has been free to read files for ")
        .contains("2 wait for files that do not answer");
  }

  @Test
  void whatAStepThrowsIsItsResult() {
    PatientStep<String> step =
        PatientStep.start(
            threads,
            LONG,
            () -> {
              throw MergeException.userInput("wrong");
            },
            late::add);
    assertThat(failure(step).message()).isEqualTo("wrong");
  }
}
