package dev.stockpot.worker.cuda;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import java.io.Serial;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

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

  /** Says why a device cannot be used at all, and what to do. */
  static MergeException unusable(CudaDevice device, @Nullable Throwable cause) {
    Failure.Kind kind = Failure.Kind.ENVIRONMENT;
    String reason;
    if (cause instanceof CudaFault fault && fault.isOutOfMemory()) {
      kind = Failure.Kind.OUT_OF_DEVICE_MEMORY;
      reason =
          fault.getMessage()
              + "; end what else uses its memory, or leave it out with CUDA_VISIBLE_DEVICES";
    } else if (cause instanceof TimeoutException) {
      reason = "it was not opened within 'stockpot.worker.cuda.timeout'";
    } else {
      reason = said(cause);
    }
    return new MergeException(
        new Failure(
            kind, "%s (%s) cannot be used: %s".formatted(device.name(), device.pciId(), reason)),
        cause);
  }

  /** What is said of an error, in one line: of ours its words alone. */
  static String said(@Nullable Throwable error) {
    return error instanceof CudaFault || error instanceof DeviceFailure
        ? String.valueOf(error.getMessage())
        : String.valueOf(error);
  }
}
