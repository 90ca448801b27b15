package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.SafetensorsHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;

/** An input file as it was when the merge was planned, to tell whether it still is. */
public record InputFile(Path path, long size, Instant lastModified, String headerSha256) {

  static InputFile of(CheckpointFile file) {
    return new InputFile(file.path(), file.size(), file.lastModified(), file.header().sha256());
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
