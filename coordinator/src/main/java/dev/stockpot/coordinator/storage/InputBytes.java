package dev.stockpot.coordinator.storage;

import dev.stockpot.coordinator.storage.DataAccess.AccessEndedException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An input file of a running job, open to the holder of one lease. Safe for any thread. */
public final class InputBytes {

  private final RunFiles files;
  private final Grant grant;
  private final int input;

  InputBytes(RunFiles files, Grant grant, int input) {
    this.files = files;
    this.grant = grant;
    this.input = input;
  }

  /** Bytes of the file, as it was planned. */
  public long size() {
    return files.inputs().get(input).size();
  }

  /**
   * Fills the buffer from that position. Blocks.
   *
   * @throws AccessEndedException if the lease is over
   * @throws EOFException if the file is shorter than it was
   */
  public void read(ByteBuffer target, long position) throws IOException {
    grant.demand();
    FileChannel channel = files.input(input);
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new EOFException(
            "%s: the file ends at byte %d, and had %d when the merge was planned"
                .formatted(files.inputs().get(input).path(), channel.size(), size()));
      }
      at += count;
    }
  }
}
