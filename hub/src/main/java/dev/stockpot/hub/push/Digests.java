package dev.stockpot.hub.push;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What the hub calls the contents of files. */
final class Digests {

  private static final int CHUNK = 1 << 20;

  private Digests() {}

  /** Reads the files on all cores. */
  static List<LargeFile> large(List<LocalFile> files) {
    return files.parallelStream().map(file -> new LargeFile(file, sha256(file))).toList();
  }

  private static String sha256(LocalFile file) {
    MessageDigest digest = Sha256.digest();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = RegularFiles.stream(file.file())) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
      return Sha256.hex(digest);
    } catch (IOException e) {
      throw LocalFile.unreadable(file.file(), e);
    }
  }

  /** The name that Git has for these bytes. */
  static String gitBlob(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }
}
