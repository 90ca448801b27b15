package dev.stockpot.coordinator.order;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.soce.SoceException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What a job is told of what threw: one of its steps, or its journal. */
public final class StepFailure {

  private static final Logger LOG = LoggerFactory.getLogger(StepFailure.class);

  private StepFailure() {}

  /**
   * The user's mistakes in their own words; whatever is nobody's mistake but ours is logged.
   *
   * @param job id of the job that it happened to
   * @param run names its run, where it has a name
   */
  public static Failure of(String job, Optional<String> run, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return switch (cause) {
      case MergeException known -> known.failure();
      case CheckpointException unreadable -> userInput(unreadable);
      case SoceException refused -> userInput(refused);
      case OutOfMemoryError _ ->
          new Failure(
              Failure.Kind.OUT_OF_DEVICE_MEMORY,
              "out of memory (" + cause.getMessage() + "); give it more, for example --memory 2GB");
      default -> {
        try (MDC.MDCCloseable _ = MDC.putCloseable("job", job);
            MDC.@Nullable MDCCloseable _ =
                run.map(name -> MDC.putCloseable("run", name)).orElse(null)) {
          LOG.error(
              "job {}{} failed unexpectedly",
              job,
              run.map(name -> ", run " + name + ",").orElse(""),
              cause);
        }
        yield new Failure(Failure.Kind.BUG, cause.toString());
      }
    };
  }

  /** The journal refused an event, or could not be read. */
  public static Failure ofJournal(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new Failure(
        Failure.Kind.of(root), "the job's journal cannot be used: " + root.getMessage());
  }

  private static Failure userInput(Exception mistake) {
    return new Failure(Failure.Kind.USER_INPUT, String.valueOf(mistake.getMessage()));
  }
}
