package dev.stockpot.soce;

/** What a user asked for cannot be done; the message says why, and what to do. */
public final class SoceException extends RuntimeException {
  public SoceException(String message) {
    super(message);
  }

  public SoceException(String message, Throwable cause) {
    super(message, cause);
  }
}
