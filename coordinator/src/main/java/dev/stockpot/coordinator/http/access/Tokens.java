package dev.stockpot.coordinator.http.access;

import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.api.TokenLine;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients show to be let in, as a file of {@link TokenLine}s says; a token that is made is 256
 * random bits, in hex. Never logged. The file is read again every now and then, so that a line that
 * is removed lets nobody in any more. Safe for any thread.
 */
public final class Tokens {

  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final int BYTES = 32;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /**
   * Who has a token.
   *
   * @param name as the file says, or {@code unnamed}
   */
  public record Holder(String name, boolean readOnly) {}

  /** Null for a token that no file holds. */
  private final @Nullable Path file;

  private volatile List<TokenLine> lines;

  /** What was wrong with the file when it was read last. */
  private String trouble = "";

  private Tokens(@Nullable Path file, List<TokenLine> lines) {
    this.file = file;
    this.lines = lines;
  }

  /**
   * Reads the tokens from their file; makes the file with one, for its owner only, where there is
   * none. Blocks.
   *
   * @throws MergeException of kind ENVIRONMENT if that cannot be done, or the file is open to
   *     everybody
   */
  public static Tokens readOrMake(Path file) {
    try {
      if (Files.notExists(file)) {
        make(file);
      }
      return new Tokens(file, read(file));
    } catch (IOException e) {
      throw MergeException.environment(
          file
              + ": the tokens of the HTTP API can be neither read nor written: "
              + e
              + "; set stockpot.coordinator.http.token-file to a file that can",
          e);
    }
  }

  /** One token for as long as this process lives, in no file. */
  public static Tokens passing(String token) {
    return new Tokens(null, List.of(new TokenLine(Optional.of("dashboard"), token, false)));
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

  private static List<TokenLine> read(Path file) throws IOException {
    PrivateFiles.demandSecret(file, "tokens");
    try {
      return TokenLine.parse(Files.readString(file), file.toString());
    } catch (IllegalArgumentException e) {
      throw MergeException.environment(e.getMessage() + "; delete the file to get a new one", e);
    }
  }

  /**
   * Reads the file again. A file that is missing or wrong, as it may be while it is edited, changes
   * nothing, and is told once. Blocks.
   */
  public synchronized void refresh() {
    if (file == null) {
      return;
    }
    String found = "";
    try {
      List<TokenLine> now = read(file);
      if (!now.equals(lines)) {
        lines = now;
        LOG.info("{}: read again, {} may use the HTTP API", file, names(now));
      }
    } catch (IOException e) {
      found = file + " cannot be read: " + e;
    } catch (MergeException e) {
      found = e.failure().message();
    }
    if (!found.isEmpty() && !found.equals(trouble)) {
      LOG.error("{}; until then the tokens count that were read before", found);
    }
    trouble = found;
  }

  private static String names(List<TokenLine> lines) {
    return lines.stream()
        .map(line -> name(line) + (line.readOnly() ? " (read-only)" : ""))
        .collect(Collectors.joining(", "));
  }

  static String name(TokenLine line) {
    return line.name().orElse("unnamed");
  }

  List<TokenLine> lines() {
    return lines;
  }

  /** Whose token that is, if it is one. Takes as long wherever a guess goes wrong. */
  public Optional<Holder> holder(String offered) {
    byte[] guess = offered.getBytes(StandardCharsets.UTF_8);
    @Nullable Holder holder = null;
    for (TokenLine line : lines) {
      if (MessageDigest.isEqual(line.token().getBytes(StandardCharsets.UTF_8), guess)) {
        holder = new Holder(name(line), line.readOnly());
      }
    }
    return Optional.ofNullable(holder);
  }

  @Override
  public String toString() {
    return "Tokens[" + file + "]";
  }
}
