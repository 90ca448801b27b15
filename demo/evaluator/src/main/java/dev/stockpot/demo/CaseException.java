package dev.stockpot.demo;

import java.io.Serial;

/** A case cannot be asked; the message names file and line, and says what to mend. */
public final class CaseException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  CaseException(String place, String message) {
    super(place + ": " + message);
  }
}
