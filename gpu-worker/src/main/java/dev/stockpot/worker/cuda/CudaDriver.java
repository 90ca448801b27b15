package dev.stockpot.worker.cuda;

public final class CudaDriver {
  private CudaDriver() {}

  public static CudaProbe probe() {
    return new CudaProbe.Missing("libcuda.so.1 is not found");
  }
}
