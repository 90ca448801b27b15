package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checkpoint directories without weights, made for a test below one directory. */
record Checkpoints(Path directory) {
  void file(String checkpoint, String file, String text) {
    try {
      Files.createDirectories(directory.resolve(checkpoint));
      Files.writeString(directory.resolve(checkpoint).resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A README.md with these lines as its front matter. */
  void card(String checkpoint, String... lines) {
    file(checkpoint, "README.md", "---\n" + String.join("\n", lines) + "\n---\n# A model\n");
  }

  List<Warning> warnings(String... checkpoints) {
    return Compatibility.warnings(named(checkpoints));
  }

  List<String> problems(String... checkpoints) {
    return Compatibility.problems(named(checkpoints));
  }

  ResultLicense license(String... checkpoints) {
    return Compatibility.license(named(checkpoints));
  }

  private List<NamedCheckpoint> named(String... checkpoints) {
    return Stream.of(checkpoints)
        .map(name -> {
          Path path = directory.resolve(name);
          return new NamedCheckpoint(name, path, HfConfig.of(path));
        })
        .toList();
  }
}
