package dev.stockpot.worker.cuda;

/**
 * A device as CUDA sees it.
 *
 * @param ordinal CUDA's own number in this process, not NVML's index
 * @param uuid as NVML prints it: {@code GPU-} and a UUID in lower case
 * @param pciId domain, bus, device and function, for example {@code 0000:18:00.0}
 * @param name of the product
 * @param memoryBytes in all
 * @param computeMajor of the compute capability
 * @param computeMinor likewise
 */
public record CudaDevice(
    int ordinal,
    String uuid,
    String pciId,
    String name,
    long memoryBytes,
    int computeMajor,
    int computeMinor) {}
