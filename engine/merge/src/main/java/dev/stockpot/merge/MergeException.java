package dev.stockpot.merge;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A {@link Failure} on its way up the stack. */
public final class MergeException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final transient Failure failure;

  public MergeException(Failure failure) {
    this(failure, null);
  }

  public MergeException(Failure failure, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  public static MergeException userInput(String message) {
    return new MergeException(new Failure(Failure.Kind.USER_INPUT, message));
  }

  public static MergeException environment(String message, @Nullable Throwable cause) {
    return new MergeException(new Failure(Failure.Kind.ENVIRONMENT, message), cause);
  }

  public Failure failure() {
    return failure;
  }
}
