package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import dev.stockpot.merge.InputRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;

/**
 * An input file as it was when the merge was planned, to tell whether it still is.
 *
 * @param fileKey names the file itself, whatever its path (on Linux, device and inode); empty where
 *     the file system has none, and in what a manifest remembers, which may be read on another day
 *     and another mount
 */
public record InputFile(
    Path path, long size, Instant lastModified, String headerSha256, Optional<String> fileKey) {

  static InputFile of(CheckpointFile file) {
    return new InputFile(
        file.path(),
        file.size(),
        file.lastModified(),
        file.header().sha256(),
        fileKeyOf(file.path()));
  }

  /** The same, as tasks carry it. */
  public InputRef ref() {
    return new InputRef(path.toString(), size, lastModified, headerSha256);
  }

  private static Optional<String> fileKeyOf(Path path) {
    try {
      return fileKeyOf(Files.readAttributes(path, BasicFileAttributes.class));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> fileKeyOf(BasicFileAttributes attributes) {
    return Optional.ofNullable(attributes.fileKey()).map(Object::toString);
  }

  /** What has changed since, or empty. */
  public Optional<String> change() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      if (now.size() != size) {
        return Optional.of(path + ": had " + size + " bytes, has " + now.size() + " now");
      }
      if (!now.lastModifiedTime().toInstant().equals(lastModified)) {
        return Optional.of(path + ": was written to at " + now.lastModifiedTime());
      }
      if (fileKey.isPresent() && !fileKey.equals(fileKeyOf(now))) {
        return Optional.of(path + ": was replaced by another file");
      }
      if (!SafetensorsHeader.read(path).sha256().equals(headerSha256)) {
        return Optional.of(path + ": its header is another now");
      }
      return Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.of(path + ": is gone");
    } catch (IOException | CheckpointException e) {
      return Optional.of(path + ": cannot be read any more: " + e.getMessage());
    }
  }
}
