package dev.stockpot.cli.console;

import dev.stockpot.hub.HubException;
import dev.stockpot.merge.Failure;

/** What the command's exit status means. */
public final class ExitCode {
  public static final int DONE = 0;

  /** The job ran and failed; of {@code diff}: the checkpoints differ. */
  public static final int FAILED = 1;

  /** The plan, its inputs or the usage is wrong. */
  public static final int USAGE = 2;

  /** No coordinator answers, or none that is active. */
  public static final int NO_COORDINATOR = 3;

  public static final int VERIFICATION_FAILED = 4;

  /** Not enough disk or memory. */
  public static final int NO_SPACE = 5;

  public static final int INTERRUPTED = 130;

  private ExitCode() {}

  /** The status of a command that the hub did not give what it asked for. */
  public static int of(HubException refused) {
    return switch (refused.kind()) {
      case REFUSED -> USAGE;
      case NO_ROOM -> NO_SPACE;
      case STOPPED -> INTERRUPTED;
      case UNREACHABLE, WRONG_BYTES, LOCAL -> FAILED;
    };
  }

  /** The status of a command that ended in this failure. */
  public static int of(Failure failure) {
    return of(failure.kind());
  }

  /** The status of a command that ended in a failure of this kind. */
  public static int of(Failure.Kind kind) {
    return switch (kind) {
      case USER_INPUT -> USAGE;
      case OUT_OF_DISK, OUT_OF_DEVICE_MEMORY -> NO_SPACE;
      case ENVIRONMENT, TRANSIENT, BUG -> FAILED;
    };
  }
}
