package dev.stockpot.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The repository's {@code config/}. */
final class ConfigFolder {

  private ConfigFolder() {}

  /** The repository's top. */
  static Path top() {
    Path directory = Path.of("").toAbsolutePath();
    while (Files.notExists(directory.resolve("mvnw"))) {
      directory = directory.resolve("..").normalize();
    }
    return directory;
  }

  static Path file(String path) {
    return top().resolve("config").resolve(path);
  }

  static String text(String path) throws IOException {
    return Files.readString(file(path));
  }

  /** All files whose names end so, relative to it. */
  static List<String> files(String ending) {
    return walk(file(""))
        .map(path -> file("").relativize(path).toString())
        .filter(path -> path.endsWith(ending))
        .toList();
  }

  /** The files of these folders, by name; there are some. */
  static List<Path> filesOf(String... folders) throws IOException {
    List<Path> files =
        Stream.of(folders).map(ConfigFolder::file).flatMap(ConfigFolder::walk).toList();
    assertThat(files).isNotEmpty();
    return files;
  }

  private static Stream<Path> walk(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
