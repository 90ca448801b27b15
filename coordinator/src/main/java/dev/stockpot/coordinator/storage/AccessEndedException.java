package dev.stockpot.coordinator.storage;

import java.io.IOException;
import java.io.Serial;

/** The lease that allowed the access is over. */
public final class AccessEndedException extends IOException {

  @Serial private static final long serialVersionUID = 1;

  AccessEndedException(String what) {
    super(what + ": the lease that allowed it is over");
  }
}
