package dev.stockpot.worker.cuda;

import java.io.Serial;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A call of the driver that failed. */
final class CudaFault extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final int code;

  private CudaFault(String message, int code) {
    super(message);
    this.code = code;
  }

  /**
   * Checks a call's answer.
   *
   * @param doing what was to be done, for people: {@code copying to the device}
   */
  static void check(int code, String doing) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw new CudaFault(doing + ": " + describe(code), code);
    }
  }

  /** The driver's own name and words for an error, as far as it has any. */
  static String describe(int code) {
    String[] name = new String[1];
    String[] words = new String[1];
    JCudaDriver.cuGetErrorName(code, name);
    JCudaDriver.cuGetErrorString(code, words);
    return (name[0] == null ? "CUDA error " + code : name[0])
        + (words[0] == null ? "" : ", " + words[0]);
  }

  /** Whether less would do; every other fault is the device's end. */
  boolean isOutOfMemory() {
    return code == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
  }
}
