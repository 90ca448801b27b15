package dev.stockpot.worker.nvml;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What NVML says about a device, as far as the device answers.
 *
 * @param index NVML's, which is not CUDA's
 * @param uuid {@code GPU-} and hexadecimal digits
 * @param pciId domain, bus, device and function: {@code 00000000:18:00.0}
 * @param mig whether it is divided into instances; empty where it cannot be
 * @param capability its compute capability
 * @param link the fastest that it and its slot agree on
 * @param trouble why it does not answer at all
 */
public record NvmlGpu(
    int index,
    Optional<String> name,
    Optional<String> uuid,
    Optional<String> pciId,
    OptionalLong memoryBytes,
    Optional<Boolean> mig,
    Optional<Capability> capability,
    Optional<PcieLink> link,
    Optional<String> trouble) {

  static NvmlGpu inTrouble(int index, String why) {
    return new NvmlGpu(
        index,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(why));
  }

  public record Capability(int major, int minor) {
    @Override
    public String toString() {
      return major + "." + minor;
    }
  }

  public record PcieLink(int generation, int lanes) {
    @Override
    public String toString() {
      return "PCIe " + generation + " x" + lanes;
    }
  }
}
