package dev.stockpot.soce.scores;

import dev.stockpot.soce.SoceException;

/** A file holds no score table; the message begins with the file, and the line and column known. */
public final class ScoreTableException extends SoceException {
  ScoreTableException(String message) {
    super(message);
  }

  ScoreTableException(String message, Throwable cause) {
    super(message, cause);
  }
}
