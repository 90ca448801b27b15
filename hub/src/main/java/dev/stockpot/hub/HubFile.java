package dev.stockpot.hub;

import java.util.Arrays;
import java.util.Optional;

/**
 * A file of a repository at a commit: all that is needed to ask for its bytes, and to know them.
 *
 * @param path in the repository, with {@code /}
 * @param size in bytes
 * @param etag its name among the cache's blobs: of a large file (Git LFS, Xet) its SHA-256, of
 *     others their SHA-1 as a Git blob
 */
public record HubFile(String repository, String commit, String path, long size, String etag) {

  private static final int SHA256_DIGITS = 64;
  private static final int LONGEST_NAME = 255;
  private static final long LARGEST = 1L << 44;

  public HubFile {
    if (!isSafe(path)) {
      throw new IllegalArgumentException("a path that leaves its directory: " + path);
    }
    if (size < 0 || size > LARGEST) {
      throw new IllegalArgumentException("no size of a file: " + size);
    }
    if (!etag.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw new IllegalArgumentException("no digest: " + etag);
    }
  }

  /** The SHA-256 of its bytes, which the hub tells of large files. */
  public Optional<String> sha256() {
    return etag.length() == SHA256_DIGITS ? Optional.of(etag) : Optional.empty();
  }

  /** Its last name. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * Whether a path of a repository stays below the directory that it is resolved against: it has no
   * empty, {@code .} or {@code ..} part, no backslash and no control character.
   */
  public static boolean isSafe(String path) {
    return !path.isEmpty()
        && path.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == '\\')
        && Arrays.stream(path.split("/", -1))
            .noneMatch(part ->
                part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.length() > LONGEST_NAME);
  }
}
