package dev.stockpot.checkpoint.file;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the operating system refused, in words. */
public final class FileErrors {
  private FileErrors() {}

  /** Why, without the file: its exception's own message may be no more than a path. */
  public static String reason(IOException e) {
    return switch (e) {
      case FileSystemException named when named.getReason() != null ->
          Printable.text(named.getReason());
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "not a directory";
      case FileAlreadyExistsException _ -> "it exists already";
      case DirectoryNotEmptyException _ -> "the directory is not empty";
      case FileSystemException unnamed -> unnamed.getClass().getSimpleName();
      default -> orName(e.getMessage(), e);
    };
  }

  /** The same, after the file where the exception names one. */
  public static String located(IOException e) {
    return e instanceof FileSystemException named && named.getFile() != null
        ? named.getFile() + ": " + reason(e)
        : reason(e);
  }

  /** Whether the file system has no room, or its user no more of it, as the system says it. */
  public static boolean isFullDisk(Throwable e) {
    String reason = String.valueOf(e.getMessage());
    return reason.contains("No space left") || reason.contains("quota exceeded");
  }

  public static CheckpointException of(Path file, IOException e) {
    return new CheckpointException(Problem.inFile(file.toString(), words(file, e)), e);
  }

  private static String words(Path file, IOException e) {
    return switch (e) {
      case NoSuchFileException _ when Files.isSymbolicLink(file) -> HubCache.danglingLink(file);
      case NoSuchFileException _ -> "does not exist";
      case AccessDeniedException _ -> "no permission to read it";
      case NotDirectoryException _ -> "is not a directory";
      default -> "cannot be read: " + reason(e);
    };
  }

  private static String orName(@Nullable String reason, IOException e) {
    return reason == null ? e.getClass().getSimpleName() : Printable.text(reason);
  }
}
