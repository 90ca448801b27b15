package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Reads tensors' bytes by positional reads; keeps each file open from its first use until {@link
 * #close}. For one thread.
 */
public final class TensorReader implements AutoCloseable {
  private final Map<Path, FileChannel> channels = new HashMap<>();

  /**
   * Fills the buffer, from its position to its limit, with bytes of the tensor.
   *
   * @param from first byte to read, counted from the tensor's start
   * @throws CheckpointException if the file cannot be read, or has become shorter than its header
   *     says
   * @throws IndexOutOfBoundsException if the tensor has fewer bytes
   */
  public void read(TensorLocation tensor, long from, ByteBuffer into) {
    Objects.checkFromIndexSize(from, into.remaining(), tensor.header().byteSize());
    Path path = tensor.file().path();
    try {
      FileChannel channel = channels.get(path);
      if (channel == null) {
        channel = RegularFiles.open(path, StandardOpenOption.READ);
        channels.put(path, channel);
      }
      long at = tensor.offset() + from;
      while (into.hasRemaining()) {
        int read = channel.read(into, at);
        if (read < 0) {
          throw new CheckpointException(
              new Problem(
                  path.toString(),
                  tensor.header().name(),
                  "the file ended at byte " + at + " while it was read; is it in use?"));
        }
        at += read;
      }
    } catch (IOException e) {
      throw FileErrors.of(path, e);
    }
  }

  @Override
  public void close() {
    for (Map.Entry<Path, FileChannel> entry : channels.entrySet()) {
      try {
        entry.getValue().close();
      } catch (IOException e) {
        throw FileErrors.of(entry.getKey(), e);
      }
    }
    channels.clear();
  }
}
