package dev.stockpot.merge.verification;

import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.verification.OutputTensors.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads an output's tensors, on all cores, and compares their checksums with the manifest's. */
final class Checksums {

  private static final int CHUNK = 1 << 20;

  private Checksums() {}

  /** A tensor whose bytes are not those that were written. */
  record Mismatch(Stored tensor, String message) {}

  static List<Mismatch> mismatches(List<Stored> tensors) {
    try (OpenFiles files = new OpenFiles()) {
      return tensors.parallelStream()
          .map(tensor -> Optional.ofNullable(mismatch(tensor, files)))
          .flatMap(Optional::stream)
          .toList();
    }
  }

  private static @Nullable Mismatch mismatch(Stored tensor, OpenFiles files) {
    try {
      String found = HexFormat.of().toHexDigits((int) crc32c(tensor, files));
      String written = tensor.tensor().crc32c();
      return found.equals(written)
          ? null
          : new Mismatch(
              tensor,
              "its checksum is %s, the manifest says %s: the bytes changed after the merge"
                  .formatted(found, written));
    } catch (IOException e) {
      return new Mismatch(tensor, "cannot be read: " + e.getMessage());
    }
  }

  private static long crc32c(Stored tensor, OpenFiles files) throws IOException {
    FileChannel channel = files.input(tensor.shard());
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, tensor.length()));
    for (long at = 0; at < tensor.length(); ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), tensor.length() - at));
      int read = channel.read(chunk, tensor.offset() + at);
      if (read < 0) {
        throw new IOException("the file was cut short while it was read");
      }
      crc.update(chunk.flip());
      at += read;
    }
    return crc.getValue();
  }
}
