package dev.stockpot.coordinator.files;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and directories that are for the user of this process, and for nobody else. */
public final class PrivateFiles {

  private static final FileAttribute<?> FILE = mode("rw-------");
  private static final FileAttribute<?> DIRECTORY = mode("rwx------");
  private static final FileAttribute<?> GROUP_DIRECTORY = mode("rwxrwx---");

  /** What the kernel says of this process, the umask among it. */
  private static final Path STATUS = Path.of("/proc/self/status");

  private static final int GROUP_WRITES = 020;

  private PrivateFiles() {}

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  /** Opens a file; if that makes it, with mode 0600. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return RegularFiles.open(file, Set.of(options), FILE);
  }

  /**
   * Makes a directory with mode 0700 where there is none, and those above it as the umask has it.
   */
  public static void makeDirectory(Path directory) throws IOException {
    make(directory, DIRECTORY);
  }

  /**
   * The same, but with mode 0770 if the umask lets the group write: then its members work on the
   * same files.
   */
  public static void makeSharedDirectory(Path directory) throws IOException {
    make(directory, groupWrites() ? GROUP_DIRECTORY : DIRECTORY);
  }

  private static void make(Path directory, FileAttribute<?> mode) throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    if (Files.isDirectory(absolute)) {
      return;
    }
    Path parent = absolute.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(absolute, mode);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(absolute)) {
        throw e;
      }
    }
  }

  private static boolean groupWrites() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return false;
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("Umask:"))
        .map(line -> Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
        .anyMatch(umask -> (umask & GROUP_WRITES) == 0);
  }

  /**
   * Refuses a secret that is none.
   *
   * @param what it is, for messages
   * @throws MergeException of kind ENVIRONMENT if everybody on this machine can read the file
   */
  public static void demandSecret(Path file, String what) throws IOException {
    if (isOpenToAll(file)) {
      throw MergeException.environment(
          "%s: everybody on this machine can read the %s; run chmod 600 on it"
              .formatted(file, what),
          null);
    }
  }

  /** Whether everybody on this machine may read the file. */
  public static boolean isOpenToAll(Path file) throws IOException {
    return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
  }
}
