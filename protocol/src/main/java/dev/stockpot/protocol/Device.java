package dev.stockpot.protocol;

/**
 * What a worker merges with.
 *
 * @param kind {@link #CPU} or {@link #CUDA}
 * @param name the device's own name
 * @param detail how it computes, for example {@code 2 threads, vector 512 bit}
 * @param rates how fast
 */
public record Device(String kind, String name, String detail, DeviceRates rates) {

  /** The cores of a host. */
  public static final String CPU = "cpu";

  /** A GPU. */
  public static final String CUDA = "cuda";

  /** A device that nobody measured. */
  public Device(String kind, String name, String detail) {
    this(kind, name, detail, DeviceRates.UNMEASURED);
  }
}
