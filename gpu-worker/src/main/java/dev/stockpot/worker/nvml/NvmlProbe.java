package dev.stockpot.worker.nvml;

/** Whether NVML can be asked. */
public sealed interface NvmlProbe {

  /** Open; whoever asked closes it. */
  record Available(Nvml nvml) implements NvmlProbe {}

  /** There is no such library, as on any machine without an NVIDIA GPU. */
  record Missing(String why) implements NvmlProbe {}

  /** There is one, and it does not work. */
  record Refused(String why, String cure) implements NvmlProbe {}
}
