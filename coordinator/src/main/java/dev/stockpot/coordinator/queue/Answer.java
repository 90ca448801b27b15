package dev.stockpot.coordinator.queue;

import java.util.List;

/** What a request came to. */
public sealed interface Answer<T> {

  record Ok<T>(T value) implements Answer<T> {}

  /**
   * Nothing was done.
   *
   * @param message what is wrong and what to do, in one line
   * @param details one entry per mistake where there are several
   */
  record Refused<T>(Reason reason, String message, List<String> details) implements Answer<T> {
    public Refused {
      details = List.copyOf(details);
    }
  }

  /** Why a request was refused. */
  enum Reason {
    /** The request itself is wrong. */
    INVALID,
    /** A path outside the allowed roots. */
    FORBIDDEN,
    /** No such job. */
    NOT_FOUND,
    /** The job's state, or another job, does not allow it. */
    CONFLICT,
    /** This process cannot do it now. */
    UNAVAILABLE,
    /** There is no room to record it. */
    OUT_OF_DISK
  }
}
