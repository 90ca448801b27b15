package dev.stockpot.coordinator.history;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.coordinator.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What jobs that ended were like, each a page in a file of its own; of the last so many. Its
 * methods block.
 *
 * @param directory where they are; empty where none are kept
 * @param page makes a page of a job's rows
 */
public record Reports(Optional<Path> directory, UnaryOperator<String> page) {

  static final int MOST = 200;
  private static final int LARGEST = 64 << 20;
  private static final String SUFFIX = ".html";

  /** Which jobs left one, and where. */
  Map<String, String> all() throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Path file : files()) {
      String name = String.valueOf(file.getFileName());
      all.put(name.substring(0, name.length() - SUFFIX.length()), file.toString());
    }
    return all;
  }

  private List<Path> files() throws IOException {
    return directory.filter(Files::isDirectory).isPresent()
        ? FileTrees.entries(directory.get()).stream()
            .filter(file -> file.toString().endsWith(SUFFIX))
            .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            .toList()
        : List.of();
  }

  /**
   * Writes one, and deletes the oldest of too many.
   *
   * @param rows all of the job's view
   * @return all that there are now
   */
  Map<String, String> write(String job, ViewNews.Rows rows) throws IOException {
    if (directory.isEmpty()) {
      return Map.of();
    }
    PrivateFiles.makeDirectory(directory.get());
    Path file = directory.get().resolve(job + SUFFIX);
    Path fresh = directory.get().resolve("." + job + ".part");
    try (FileChannel channel =
        PrivateFiles.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(pageOf(rows));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    List<Path> files = files();
    if (files.size() > MOST) {
      for (Path oldest :
          files.stream()
              .sorted(Comparator.comparing(Reports::modified))
              .limit(files.size() - MOST)
              .toList()) {
        Files.deleteIfExists(oldest);
      }
    }
    return all();
  }

  byte[] pageOf(ViewNews.Rows rows) {
    return page.apply(rows.json().utf8String()).getBytes(StandardCharsets.UTF_8);
  }

  /** Deletes them. */
  static void delete(List<String> files) throws IOException {
    for (String file : files) {
      Files.deleteIfExists(Path.of(file));
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException _) {
      return FileTime.fromMillis(0);
    }
  }

  /** A report in that file. */
  static byte[] read(String file) throws IOException {
    return RegularFiles.bytes(Path.of(file), LARGEST);
  }
}
