package dev.stockpot.hub.transfer;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.client.Hub;

/** Small files read into memory, and held against the digest that the hub names. */
final class WholeFile {

  private static final int ATTEMPTS = 2;

  private WholeFile() {}

  /**
   * All bytes of a file.
   *
   * @param most that it may have
   * @throws HubException if it has more, or other bytes come twice
   */
  static byte[] read(Hub hub, HubFile file, int most) {
    String about = file.repository() + ": " + file.path();
    if (file.size() > most) {
      throw new HubException(
          Kind.REFUSED,
          "%s: has %,d bytes, and no such file is so large".formatted(about, file.size()));
    }
    for (int i = 0; i < ATTEMPTS; i++) {
      byte[] bytes = hub.read(file, 0, (int) file.size());
      BlobDigest digest = new BlobDigest(file);
      digest.update(bytes, bytes.length);
      if (digest.hex().equals(file.etag())) {
        return bytes;
      }
    }
    throw new HubException(
        Kind.WRONG_BYTES,
        "%s: wrong bytes came twice, which are not %s, as the hub has it; is there a mirror or a proxy between?"
            .formatted(about, file.etag()));
  }
}
