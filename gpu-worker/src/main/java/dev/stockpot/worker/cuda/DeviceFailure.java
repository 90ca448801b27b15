package dev.stockpot.worker.cuda;

import java.io.Serial;

/** The device does no more work in this context; no fault of the task at hand. */
final class DeviceFailure extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final String reason;

  DeviceFailure(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** One line, for a person. */
  String reason() {
    return reason;
  }
}
