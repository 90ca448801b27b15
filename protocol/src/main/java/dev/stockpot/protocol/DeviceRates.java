package dev.stockpot.protocol;

/**
 * How fast a device merges what lies in the host's memory, measured when its executor started:
 * storage and network are not in it. A merge takes at least the longer of {@code read / in} and
 * {@code written / out} seconds.
 *
 * @param in bytes of sources per second; 0 if nobody measured
 * @param out bytes of output per second; 0 if nobody measured
 * @param resident whether it keeps the sources of jobs that reuse them, and so takes each in once
 * @param feeds bytes per second, sources and output together, that it can pass to and from other
 *     devices of its host instead, with their checksums; 0 if it is not the cores or nobody
 *     measured
 */
public record DeviceRates(long in, long out, boolean resident, long feeds) {

  /** Of a device that nobody measured. */
  public static final DeviceRates UNMEASURED = new DeviceRates(0, 0, false);

  /** Of a device that feeds no other. */
  public DeviceRates(long in, long out, boolean resident) {
    this(in, out, resident, 0);
  }

  /** Whether there is anything to compare. */
  public boolean measured() {
    return in > 0 && out > 0;
  }
}
