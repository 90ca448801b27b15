package dev.stockpot.worker.cuda;

import java.util.List;

public sealed interface CudaProbe {
  record Available(int driverVersion, List<CudaDevice> devices) implements CudaProbe {}

  record Missing(String why) implements CudaProbe {}
}
