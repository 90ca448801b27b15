package dev.stockpot.worker.storage;

import java.io.IOException;

/** The coordinator serves the lease no more: its work is somebody else's, or nobody's. */
public final class LeaseOverException extends IOException {

  @java.io.Serial private static final long serialVersionUID = 1;

  LeaseOverException(String message) {
    super(message);
  }
}
