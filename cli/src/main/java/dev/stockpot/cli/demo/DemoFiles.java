package dev.stockpot.cli.demo;

import dev.stockpot.merge.MergeException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What comes with Stockpot for its demo. */
final class DemoFiles {

  private DemoFiles() {}

  /** A file or directory in {@code demo/}. */
  static Path named(String name) {
    String home = System.getProperty("stockpot.home");
    Path file = home == null ? null : Path.of(home, "demo", name);
    if (file == null || Files.notExists(file)) {
      throw MergeException.userInput(
          "the demo's files are not here; run ./stockpot from Stockpot's own directory");
    }
    return file;
  }
}
