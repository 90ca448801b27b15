package dev.stockpot.merge;

import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Failure} on its way up the stack. */
public final class MergeException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final transient Failure failure;
  private final transient List<String> details;

  public MergeException(Failure failure) {
    this(failure, null);
  }

  public MergeException(Failure failure, @Nullable Throwable cause) {
    this(failure, failure.message().lines().toList(), cause);
  }

  private MergeException(Failure failure, List<String> details, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
    this.details = List.copyOf(details);
  }

  public static MergeException userInput(String message) {
    return new MergeException(new Failure(Failure.Kind.USER_INPUT, message));
  }

  /**
   * Of many faults.
   *
   * @param message tells those of one kind together
   * @param details each by itself
   */
  public static MergeException userInput(String message, List<String> details) {
    return new MergeException(new Failure(Failure.Kind.USER_INPUT, message), details, null);
  }

  public static MergeException environment(String message, @Nullable Throwable cause) {
    return new MergeException(new Failure(Failure.Kind.ENVIRONMENT, message), cause);
  }

  public Failure failure() {
    return failure;
  }

  /** Every fault by itself, where the failure's message tells those of one kind together. */
  public List<String> details() {
    return details;
  }
}
