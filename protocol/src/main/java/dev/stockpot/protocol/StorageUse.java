package dev.stockpot.protocol;

/**
 * How a worker reaches some files of a job.
 *
 * @param run that the files belong to
 * @param files what is reached: a checkpoint's directory or the output, as shown to people
 * @param way how
 */
public record StorageUse(String run, String files, Way way) {

  /** Ways to a file. */
  public enum Way {
    /** The worker opens it itself. */
    DIRECT,
    /** Its bytes go through the coordinator. */
    COORDINATOR
  }
}
