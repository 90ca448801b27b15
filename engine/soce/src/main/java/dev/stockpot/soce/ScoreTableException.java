package dev.stockpot.soce;

/** A file holds no score table; the message begins with the file, and the line and column known. */
public final class ScoreTableException extends SoceException {
  ScoreTableException(String message) {
    super(message);
  }

  ScoreTableException(String message, Throwable cause) {
    super(message, cause);
  }
}
