package dev.stockpot.coordinator.http;

import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/** What a client shows to be let in: 256 random bits, in hex. Never logged. */
public final class Token {

  private static final int BYTES = 32;
  private static final int LEAST_LENGTH = 32;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final byte[] secret;

  private Token(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads the token from its file; makes the file, for its owner only, where there is none. Blocks.
   *
   * @throws MergeException of kind ENVIRONMENT if that cannot be done, or the file is open to
   *     everybody
   */
  public static Token readOrMake(Path file) {
    try {
      if (Files.notExists(file)) {
        make(file);
      }
      return read(file);
    } catch (IOException e) {
      throw MergeException.environment(
          file
              + ": the token of the HTTP API can be neither read nor written: "
              + e
              + "; set stockpot.coordinator.http.token-file to a file that can",
          e);
    }
  }

  private static void make(Path file) throws IOException {
    byte[] bits = new byte[BYTES];
    new SecureRandom().nextBytes(bits);
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    // Written under another name first: whoever sees the file sees a whole token.
    Path fresh =
        Files.createTempFile(
            directory, ".token", "", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      Files.writeString(fresh, HexFormat.of().formatHex(bits) + "\n");
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException _) {
      // Another process was first; its token is as good.
    } finally {
      Files.delete(fresh);
    }
  }

  private static Token read(Path file) throws IOException {
    if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
      throw MergeException.environment(
          file + ": everybody on this machine can read the token; run chmod 600 on it", null);
    }
    String token = Files.readString(file).strip();
    if (token.length() < LEAST_LENGTH || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw MergeException.environment(
          "%s: a token is at least %d visible characters; delete the file to get a new one"
              .formatted(file, LEAST_LENGTH),
          null);
    }
    return new Token(token);
  }

  /** Whether that is the token. Takes as long wherever a guess goes wrong. */
  boolean is(String offered) {
    return MessageDigest.isEqual(secret, offered.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "Token";
  }
}
