package dev.stockpot.coordinator.storage;

import java.io.IOException;
import java.io.Serial;

/** Several uploads of one task under one lease do not get along. */
public final class UploadConflictException extends IOException {

  @Serial private static final long serialVersionUID = 1;

  UploadConflictException(String message) {
    super(message);
  }
}
