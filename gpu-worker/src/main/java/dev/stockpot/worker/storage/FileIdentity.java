package dev.stockpot.worker.storage;

import dev.stockpot.checkpoint.file.Sha256;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells whether the file that this process sees under a path is the very one that the coordinator
 * means. Answers are obstacles, told for people: what is in the way, or empty.
 */
record FileIdentity(Roots roots, OpenFiles files) {

  private static final int LENGTH_BYTES = 8;
  private static final int BUFFER_BYTES = 1 << 20;

  /** A token is far shorter; a longer file is none. */
  private static final int LONGEST_TOKEN = 256;

  private interface Check {
    Optional<String> run() throws IOException;
  }

  /** Whether the input has the size, the time and the header that were planned with. */
  Optional<String> obstacleToInput(InputRef ref) {
    return obstacle(
        ref.path(),
        () -> {
          Path path = Path.of(ref.path());
          Optional<String> difference = difference(ref, path, files.input(path));
          if (difference.isPresent()) {
            files.closeInput(path);
          }
          return difference;
        });
  }

  private Optional<String> difference(InputRef ref, Path path, FileChannel channel)
      throws IOException {
    if (channel.size() != ref.size()) {
      return Optional.of(
          "%s: has %d bytes here, and %d where the merge was planned"
              .formatted(path, channel.size(), ref.size()));
    }
    if (!Files.getLastModifiedTime(roots.admit(path)).toInstant().equals(ref.lastModified())) {
      return Optional.of(path + ": was written at another time than where the merge was planned");
    }
    if (!headerSha256(channel, path).equals(ref.headerSha256())) {
      return Optional.of(path + ": has another header than where the merge was planned");
    }
    return Optional.empty();
  }

  /** Whether the staging directory is the coordinator's, and every soup's shard can be written. */
  Optional<String> obstacleToShards(MergeSpec spec, TensorTask task) {
    return obstacle(
        spec.staging(),
        () -> {
          Path directory = Path.of(spec.staging());
          Path token = roots.admit(directory.resolve(MergeSpec.TOKEN_FILE));
          if (spec.stagingToken().isBlank() || !holds(token, spec.stagingToken())) {
            return Optional.of(directory + ": is another directory here than the coordinator's");
          }
          for (int soup = 0; soup < spec.soups().size(); soup++) {
            Path shard = spec.shard(soup, task);
            Path real = roots.admit(shard);
            Path home = token.resolveSibling(spec.soups().get(soup).directory());
            if (!home.resolve(real.getFileName()).equals(real) || real.equals(token)) {
              return Optional.of(shard + ": lies outside the directory of the shards");
            }
            files.shard(shard);
          }
          return Optional.empty();
        });
  }

  private boolean holds(Path token, String expected) throws IOException {
    try (FileChannel channel = roots.open(token, StandardOpenOption.READ)) {
      if (channel.size() > LONGEST_TOKEN) {
        return false;
      }
      ByteBuffer content = ByteBuffer.allocate(LONGEST_TOKEN);
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // A file may come in pieces.
      }
      return StandardCharsets.UTF_8.decode(content.flip()).toString().strip().equals(expected);
    }
  }

  /** As the planner hashes it, without parsing: a large checkpoint's header has megabytes. */
  private static String headerSha256(FileChannel channel, Path path) throws IOException {
    byte[] length = new byte[LENGTH_BYTES];
    readFully(channel, ByteBuffer.wrap(length), 0);
    int end = SafetensorsHeader.dataStart(length, channel.size(), path.toString());
    MessageDigest digest = Sha256.digest();
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(end, BUFFER_BYTES));
    for (int at = 0; at < end; at += buffer.limit()) {
      buffer.clear().limit(Math.min(buffer.capacity(), end - at));
      readFully(channel, buffer, at);
      digest.update(buffer.flip());
    }
    return Sha256.hex(digest);
  }

  private static void readFully(FileChannel channel, ByteBuffer target, long from)
      throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, from + target.position()) < 0) {
        throw new IOException("ends within its header");
      }
    }
  }

  private static Optional<String> obstacle(String file, Check check) {
    try {
      return check.run();
    } catch (NoSuchFileException e) {
      return Optional.of(e.getFile() + ": is not there on this node");
    } catch (FileSystemException e) {
      String unsaid =
          e instanceof AccessDeniedException
              ? "this worker may not open it"
              : e.getClass().getSimpleName();
      return Optional.of(e.getFile() + ": " + Objects.requireNonNullElse(e.getReason(), unsaid));
    } catch (IOException | InvalidPathException | CheckpointException e) {
      return Optional.of(file + ": " + e.getMessage());
    }
  }
}
