package dev.stockpot.checkpoint;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the operating system refused, in words. */
final class FileErrors {
  private FileErrors() {}

  static CheckpointException of(Path file, IOException e) {
    return new CheckpointException(Problem.inFile(file.toString(), words(e)), e);
  }

  private static String words(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "does not exist";
      case AccessDeniedException _ -> "no permission to read it";
      case NotDirectoryException _ -> "is not a directory";
      case FileSystemException failed -> "cannot be read: " + orName(failed.getReason(), e);
      default -> "cannot be read: " + orName(e.getMessage(), e);
    };
  }

  private static String orName(@Nullable String reason, IOException e) {
    return reason == null ? e.getClass().getSimpleName() : Printable.text(reason);
  }
}
