package dev.stockpot.cli.certs;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;

/** A directory of secrets that appears with its whole content, for its owner alone. */
final class NewDirectory {

  /** Puts the content into it. */
  interface Filling {
    void into(Path directory) throws IOException, GeneralSecurityException;
  }

  private NewDirectory() {}

  /**
   * Makes it; what is there already is never overwritten, unless it is an empty directory.
   *
   * @throws MergeException of kind ENVIRONMENT if that cannot be done
   */
  static void fill(Path directory, Filling filling) {
    try {
      Path parent = directory.toAbsolutePath().normalize().getParent();
      if (parent == null) {
        throw MergeException.userInput("'%s' cannot hold certificates".formatted(directory));
      }
      Files.createDirectories(parent);
      Path staging = Files.createTempDirectory(parent, ".certs-");
      try {
        filling.into(staging);
        Files.move(staging, directory, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        FileTrees.delete(staging);
      }
    } catch (FileSystemException e) {
      throw MergeException.environment(
          "'%s' cannot be written: %s".formatted(e.getFile(), FileErrors.reason(e)), e);
    } catch (IOException | GeneralSecurityException e) {
      throw MergeException.environment(
          "'%s' cannot be made: %s".formatted(directory, e.getMessage()), e);
    }
  }
}
