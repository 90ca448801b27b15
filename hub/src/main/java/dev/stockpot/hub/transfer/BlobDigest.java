package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.hub.HubFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The digest that names a blob: SHA-256 of large files' bytes, and of others SHA-1 as Git names
 * blobs, of their length and bytes.
 */
final class BlobDigest {

  private final MessageDigest digest;
  private final String name;

  BlobDigest(HubFile file) {
    if (file.sha256().isPresent()) {
      name = "SHA-256";
      digest = Sha256.digest();
    } else {
      name = "Git blob";
      digest = sha1();
      digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  void update(byte[] bytes, int length) {
    digest.update(bytes, 0, length);
  }

  /** What it is called, for messages. */
  String name() {
    return name;
  }

  /** Of all bytes given; the last call. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
