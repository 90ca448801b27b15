package dev.stockpot.checkpoint.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import java.util.Set;

/**
 * Opens files that somebody else chose: regular files only. To open a pipe is to wait for its other
 * end, for ever perhaps, and a device may do anything.
 *
 * <p>What a path leads to is asked before it is opened and once more after that, so that nothing
 * else is read. Who exchanges a file for a pipe in just that moment can still make the call wait,
 * as a file system can that does not answer: Java cannot open without waiting. So whoever must not
 * wait for ever has it done by a thread that may be left behind; {@link FileWait} tells what for.
 */
public final class RegularFiles {

  private static final Set<StandardOpenOption> CREATING =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.CREATE_NEW);

  private RegularFiles() {}

  /**
   * As {@link FileChannel#open(Path, OpenOption...)}.
   *
   * @throws FileSystemException if the path leads to something else than a regular file
   */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return open(file, Set.of(options));
  }

  /** The same; a file that is created gets the attributes. */
  public static FileChannel open(
      Path file, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    FileWait.at(file);
    boolean created = options.stream().anyMatch(CREATING::contains) && Files.notExists(file);
    BasicFileAttributes before = created ? null : regular(file);
    FileChannel channel = FileChannel.open(file, options, attributes);
    try {
      BasicFileAttributes after = regular(file);
      if (before != null && !Objects.equals(before.fileKey(), after.fileKey())) {
        throw new FileSystemException(
            file.toString(), null, "it was exchanged for another file while it was opened");
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static BasicFileAttributes regular(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          "it is a pipe, a socket or a device, and only regular files are opened");
    }
    return attributes;
  }

  /** As {@link Files#size}, and with the exceptions of {@link #open}. */
  public static long size(Path file) throws IOException {
    FileWait.at(file);
    return regular(file).size();
  }

  /** As {@link Files#newInputStream}. */
  public static InputStream stream(Path file) throws IOException {
    return Channels.newInputStream(open(file, StandardOpenOption.READ));
  }

  /**
   * As {@link Files#readAllBytes}.
   *
   * @throws FileSystemException also if there are more bytes than {@code most}
   */
  public static byte[] bytes(Path file, int most) throws IOException {
    try (InputStream in = stream(file)) {
      byte[] bytes = in.readNBytes(most);
      if (bytes.length == most && in.read() >= 0) {
        throw new FileSystemException(
            file.toString(), null, "it has more than %,d bytes".formatted(most));
      }
      return bytes;
    }
  }

  /**
   * Forces a directory's entries to storage.
   *
   * @throws NoSuchFileException if it is not there
   */
  public static void forceDirectory(Path directory) throws IOException {
    FileWait.at(directory);
    requireDirectory(directory);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Checks that a path may be listed: to list a pipe is to open it. */
  public static void requireDirectory(Path directory) throws IOException {
    FileWait.at(directory);
    if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
  }
}
