package dev.stockpot.worker.cuda;

import java.io.Serial;

/** The device does no more work in this context; no fault of the task at hand. */
final class DeviceFailure extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  /**
   * @param reason one line, for a person
   */
  DeviceFailure(String reason) {
    super(reason);
  }
}
