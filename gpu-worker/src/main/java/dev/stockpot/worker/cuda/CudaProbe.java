package dev.stockpot.worker.cuda;

import java.util.List;

/** What {@link CudaDriver#probe} found. */
public sealed interface CudaProbe {

  /**
   * A driver that works.
   *
   * @param driverVersion the newest CUDA that it serves: 12040 is 12.4
   * @param devices at least one, by ordinal; those that {@code CUDA_VISIBLE_DEVICES} hides are not
   *     among them
   */
  record Available(int driverVersion, List<CudaDevice> devices) implements CudaProbe {
    public Available {
      devices = List.copyOf(devices);
    }
  }

  /**
   * No device can be used here, which is a normal state.
   *
   * @param why one line, for a person
   */
  record Missing(String why) implements CudaProbe {}
}
