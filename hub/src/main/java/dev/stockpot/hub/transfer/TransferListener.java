package dev.stockpot.hub.transfer;

/** Hears how a download goes, from several threads, one at a time. */
public interface TransferListener {

  /** Hears nothing. */
  TransferListener NONE = new TransferListener() {};

  /**
   * How far it is; some times a second at most.
   *
   * @param doneBytes that are on disk, those of an earlier run and of the cache too
   * @param bytes of all files that were asked for
   */
  default void progressed(long doneBytes, long bytes) {}

  /** What a person should know: that a connection was cut and why it is tried again, say. */
  default void noted(String line) {}
}
