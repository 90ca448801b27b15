package dev.stockpot.worker.nvml;

import dev.stockpot.worker.nvml.Nvml.NvmlProbe;

/** Those answers of NVML ({@code nvmlReturn_t}) that something follows from. */
final class NvmlCode {

  static final int SUCCESS = 0;
  static final int NO_PERMISSION = 4;
  static final int DRIVER_NOT_LOADED = 9;
  static final int FUNCTION_NOT_FOUND = 13;
  static final int GPU_IS_LOST = 15;
  static final int RESET_REQUIRED = 16;
  static final int LIB_RM_VERSION_MISMATCH = 18;

  private NvmlCode() {}

  /** Why NVML could not be opened. */
  static NvmlProbe.Refused refused(int code, String words) {
    return switch (code) {
      case NO_PERMISSION ->
          new NvmlProbe.Refused(
              "this user may not use the NVIDIA driver",
              "let it read and write /dev/nvidiactl and /dev/nvidia*");
      case DRIVER_NOT_LOADED ->
          new NvmlProbe.Refused(
              "the NVIDIA driver is installed, but not loaded",
              "load it (modprobe nvidia); a container must be started with the NVIDIA runtime");
      case FUNCTION_NOT_FOUND ->
          new NvmlProbe.Refused(
              NvmlLibrary.NAME + " lacks functions of NVML", "install the driver anew");
      case LIB_RM_VERSION_MISMATCH ->
          new NvmlProbe.Refused(
              "the NVIDIA driver that is loaded has another version than its libraries",
              "restart the machine, or reload the driver's modules after its update");
      default ->
          new NvmlProbe.Refused(
              "NVML does not start: %s (%d)".formatted(words, code),
              "see whether nvidia-smi works, and what dmesg says of NVRM");
    };
  }

  /** Why NVML tells nothing of one device. */
  static String trouble(int code, String words) {
    return switch (code) {
      case NO_PERMISSION -> "this user may not use it";
      case GPU_IS_LOST -> "it fell off the bus; restart the machine";
      case RESET_REQUIRED -> "it needs a reset (nvidia-smi --gpu-reset)";
      default -> "NVML says: %s (%d)".formatted(words, code);
    };
  }
}
