package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shards that were written, to tell at the commit whether they are there, without reading their
 * weights again: those have checksums that were taken as they were written.
 *
 * <p>What is noticed: a shard that is missing, is no regular file or has another size; a header
 * that is not the shard's, as after a file was emptied and made long again; and, where they were
 * noted when the writing began, a staging directory that was made anew (its token is gone), and a
 * shard that is another file than the one that was written to (device and inode). A shard that is
 * cut short while it is written to is noticed by whoever writes to it next, so that none becomes
 * long again. What is not noticed is a stranger who writes into the midst of a shard; {@code
 * stockpot verify} finds that.
 */
public final class WrittenShards {

  private final Map<Path, ShardLayout> shards;
  private final Optional<String> token;
  private final Map<Path, String> keys;

  private WrittenShards(
      Map<Path, ShardLayout> shards, Optional<String> token, Map<Path, String> keys) {
    this.shards = shards;
    this.token = token;
    this.keys = keys;
  }

  /** Of which nothing was noted when they were written. */
  static WrittenShards of(PlannedMerge planned) {
    return new WrittenShards(planned.shards(), Optional.empty(), Map.of());
  }

  /**
   * Notes which files are about to be written to.
   *
   * @param directory that they are staged in
   * @param token that was written there
   */
  public static WrittenShards begin(PlannedMerge planned, Path directory, String token) {
    Map<Path, String> keys = new HashMap<>();
    try {
      for (Path shard : planned.shards().keySet()) {
        key(attributes(directory.resolve(shard))).ifPresent(key -> keys.put(shard, key));
      }
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: the shards cannot be found again: %s".formatted(directory, FileErrors.located(e)),
          e);
    }
    return new WrittenShards(planned.shards(), Optional.of(token), keys);
  }

  /**
   * Checks the shards where they were written.
   *
   * @throws MergeException if they are not those that were written
   */
  void checkStaged(Path directory) {
    if (token.isPresent() && !token.equals(tokenIn(directory))) {
      throw lost(directory, "is not the directory any more that the shards were written to");
    }
    check(directory);
  }

  /**
   * Checks the shards where they are now.
   *
   * @throws MergeException if they are not those that were written
   */
  void check(Path directory) {
    shards.forEach((name, shard) -> check(directory.resolve(name), shard, keys.get(name)));
  }

  private static void check(Path file, ShardLayout shard, @Nullable String key) {
    try {
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile()) {
        throw lost(file, "is no regular file any more");
      }
      if (attributes.size() != shard.fileSize()) {
        throw lost(
            file, "has %,d bytes, and not %,d".formatted(attributes.size(), shard.fileSize()));
      }
      if (key != null && !key(attributes).equals(Optional.of(key))) {
        throw lost(file, "is another file than the one that was written to");
      }
      if (!Arrays.equals(shard.header(), start(file, (int) shard.dataStart()))) {
        throw lost(file, "does not begin with its header any more");
      }
    } catch (NoSuchFileException _) {
      throw lost(file, "is gone");
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be checked: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  private static MergeException lost(Path path, String what) {
    return MergeException.environment(
        "%s: %s: something else changed it while the merge ran, so its result is not used; find out what, and run the merge again"
            .formatted(path, what),
        null);
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static Optional<String> key(BasicFileAttributes attributes) {
    return Optional.ofNullable(attributes.fileKey()).map(Object::toString);
  }

  private static Optional<String> tokenIn(Path directory) {
    try {
      byte[] token = start(directory.resolve(MergeSpec.TOKEN_FILE), StagingArea.TOKEN_LENGTH);
      return Optional.of(new String(token, StandardCharsets.US_ASCII));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Fewer bytes where there are no more. */
  private static byte[] start(Path file, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // A file may come in pieces.
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
