package dev.stockpot.coordinator.files;

import dev.stockpot.checkpoint.file.FileWait;
import dev.stockpot.merge.MergeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step that reads files of users, and is given up when one of them does not answer, or when its
 * result is not wanted any more. A thread that waits for a file cannot be interrupted: it is left
 * behind, and what it does after that goes to whoever cleans up.
 *
 * @param <T> what it results in
 */
public final class PatientStep<T> {

  private static final Logger LOG = LoggerFactory.getLogger(PatientStep.class);

  /** Threads whose step was given up, and that are still waiting. */
  private static final AtomicInteger LEFT_BEHIND = new AtomicInteger();

  private final Duration patience;
  private final Consumer<T> late;
  private final FileWait wait = new FileWait();
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();
  private @Nullable Future<?> look;
  private long runningSince;
  private boolean running;
  private boolean settled;
  private boolean leftBehind;

  private PatientStep(Duration patience, Consumer<T> late) {
    this.patience = patience;
    this.late = late;
  }

  /**
   * Starts a step.
   *
   * @param executor bounded: as many threads may be left behind as it has
   * @param patience how long a file, or a free thread, may keep it waiting
   * @param late takes a result that nobody waits for any more
   */
  public static <T> PatientStep<T> start(
      Executor executor, Duration patience, Supplier<T> work, Consumer<T> late) {
    PatientStep<T> step = new PatientStep<>(patience, late);
    executor.execute(() -> step.run(work));
    step.lookIn(patience.toNanos());
    return step;
  }

  /**
   * Its result; fails with a {@link MergeException} of kind ENVIRONMENT when a file does not
   * answer. Of a step that is abandoned nothing is heard.
   */
  public CompletionStage<T> result() {
    return result;
  }

  /**
   * Its result is not wanted any more.
   *
   * @return false if it was there already
   */
  public boolean abandon() {
    return giveUp();
  }

  private void run(Supplier<T> work) {
    if (!begin()) {
      return;
    }
    try {
      T value = wait.during(work);
      if (end()) {
        result.complete(value);
      } else {
        late.accept(value);
      }
    } catch (Throwable thrown) {
      if (end()) {
        result.completeExceptionally(thrown);
      }
    }
  }

  private synchronized boolean begin() {
    running = !settled;
    runningSince = System.nanoTime();
    return running;
  }

  /** Whether the result is wanted. */
  private synchronized boolean end() {
    running = false;
    boolean wanted = !settled;
    settle();
    if (leftBehind) {
      leftBehind = false;
      LEFT_BEHIND.decrementAndGet();
    }
    return wanted;
  }

  private synchronized boolean giveUp() {
    if (settled) {
      return false;
    }
    settle();
    if (running) {
      leftBehind = true;
      LEFT_BEHIND.incrementAndGet();
    }
    return true;
  }

  private synchronized void lookIn(long nanos) {
    if (!settled) {
      look = ForkJoinPool.commonPool().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Nothing more is waited for: the timer lets go of the step, and of a result that may be large.
   */
  private void settle() {
    settled = true;
    if (look != null) {
      look.cancel(false);
    }
  }

  private void look() {
    boolean begun;
    long waited;
    synchronized (this) {
      if (settled) {
        return;
      }
      begun = running;
      long now = System.nanoTime();
      waited = begun ? Math.min(wait.nanos(), now - runningSince) : now - startNanos;
    }
    if (waited < patience.toNanos()) {
      lookIn(patience.toNanos() - waited);
    } else if (giveUp()) {
      result.completeExceptionally(MergeException.environment(begun ? hung() : crowded(), null));
    }
  }

  private String hung() {
    String what = wait.file().map(Path::toString).orElse("the file system");
    LOG.warn(
        "{} does not answer: the thread that waits for it is left behind, one of {}",
        what,
        LEFT_BEHIND.get());
    return "%s: has not answered for %,d s; look whether its file system works, then run this again"
        .formatted(what, patience.toSeconds());
  }

  private String crowded() {
    return "no thread has been free to read files for %,d s: %,d wait for files that do not answer; mend their file system, or start this process again"
        .formatted(patience.toSeconds(), LEFT_BEHIND.get());
  }
}
