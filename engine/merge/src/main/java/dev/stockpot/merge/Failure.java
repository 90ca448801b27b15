package dev.stockpot.merge;

import dev.stockpot.checkpoint.file.FileErrors;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Why something could not be done. The kind decides what follows.
 *
 * @param message what went wrong, where, and what to do; one line or several, for a person
 */
public record Failure(Kind kind, String message) {

  /** Who can mend it, and so whether another attempt makes sense. */
  public enum Kind {
    /** The plan or a checkpoint is wrong: no attempt will do better. */
    USER_INPUT,
    /** Permissions, a failing disk, a missing file system: works once the user has mended it. */
    ENVIRONMENT,
    /** The output's file system is full: works once there is room. */
    OUT_OF_DISK,
    /** Likely to pass: worth another attempt as it is. */
    TRANSIENT,
    /** Of a device, or of the process: worth another attempt, as what takes it may have ended. */
    OUT_OF_DEVICE_MEMORY,
    /** A fault of ours: the worker restarts, and another attempt is made. */
    BUG;

    /** Of what the file system, or what stands on it, refused. */
    public static Kind of(Throwable refusal) {
      return FileErrors.isFullDisk(refusal) ? OUT_OF_DISK : ENVIRONMENT;
    }

    /** Whether another attempt at the same task can succeed without anybody doing anything. */
    public boolean worthRetrying() {
      return switch (this) {
        case USER_INPUT, ENVIRONMENT, OUT_OF_DISK -> false;
        case TRANSIENT, OUT_OF_DEVICE_MEMORY, BUG -> true;
      };
    }

    /** Whether the same may succeed on another machine, though not on this one. */
    public boolean worthRetryingElsewhere() {
      return this == ENVIRONMENT || worthRetrying();
    }
  }

  /**
   * A file could not be read or written: told as the file system's own words and the file.
   *
   * @param where what was being done
   */
  public static Failure of(String where, IOException e) {
    String reason =
        e instanceof NoSuchFileException gone
            ? gone.getFile() + ": the file is gone"
            : FileErrors.located(e);
    return new Failure(Kind.of(e), where + ": " + reason);
  }
}
