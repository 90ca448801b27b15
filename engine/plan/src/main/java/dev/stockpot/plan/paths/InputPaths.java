package dev.stockpot.plan.paths;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.HubReference;
import dev.stockpot.checkpoint.problem.Wording;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether models and donors are there, and what was meant where they are not. */
public final class InputPaths {
  /** Neighbours that are looked at for a "did you mean". */
  private static final int MAX_NEIGHBOURS = 1000;

  private final Path baseDirectory;

  public InputPaths(Path baseDirectory) {
    this.baseDirectory = baseDirectory;
  }

  /**
   * What is wrong with a model's path.
   *
   * @param writer the output of this file that is the same path
   */
  public Optional<String> model(PathEntry model, Optional<PathEntry> writer) {
    if (isWrittenBefore(model, writer)) {
      return Optional.empty();
    }
    Optional<String> other = Checkpoint.refusedByName(model.path());
    if (other.isPresent()) {
      return other.map(why -> "the model " + model.quoted() + " " + why);
    }
    return Files.exists(model.path()) ? Optional.empty() : Optional.of(missing(model, writer));
  }

  /** What is wrong with a donor's path; {@code writer} as for a model. */
  public Optional<String> donor(PathEntry donor, Optional<PathEntry> writer) {
    if (isWrittenBefore(donor, writer)) {
      return Optional.empty();
    }
    if (!Files.exists(donor.path())) {
      return Optional.of(missing(donor, writer));
    }
    if (!Files.isDirectory(donor.path())) {
      return Optional.of(
          "the donor "
              + donor.quoted()
              + " is a file; give a checkpoint's directory, where config and tokenizer are");
    }
    return Optional.empty();
  }

  /** What is wrong with a score table's path. */
  public Optional<String> scores(PathEntry scores) {
    return Files.exists(scores.path())
        ? Optional.empty()
        : Optional.of(missing(scores, Optional.empty()));
  }

  private static boolean isWrittenBefore(PathEntry input, Optional<PathEntry> writer) {
    return writer.isPresent() && writer.get().plan() < input.plan();
  }

  private String missing(PathEntry input, Optional<PathEntry> writer) {
    String missing = input.quoted() + " does not exist (looked for " + input.path() + ")";
    if (writer.isPresent() && writer.get().plan() > input.plan()) {
      return missing
          + "; the plan that writes it, on line "
          + writer.get().line()
          + ", must stand before this one";
    }
    String text = input.written().value();
    if (text.startsWith("~") && !text.startsWith("~/") && text.length() > 1) {
      return missing + "; of '~' only '~/' is expanded, to your home: write the whole path";
    }
    return HubReference.suspected(text, baseDirectory)
        .map(hub -> missing + "; " + hub)
        .orElseGet(() -> missing + neighbour(input));
  }

  private static String neighbour(PathEntry input) {
    Path name = input.path().getFileName();
    Path parent = input.path().getParent();
    if (name == null || parent == null || !Files.isDirectory(parent)) {
      return "";
    }
    Path written = Path.of(input.written().value());
    return Wording.nearest(name.toString(), namesIn(parent))
        .map(near ->
            "; did you mean " + Wording.quoted(written.resolveSibling(near).toString()) + "?")
        .orElse("");
  }

  private static List<String> namesIn(Path directory) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (names.size() == MAX_NEIGHBOURS) {
          break;
        }
        names.add(directory.relativize(entry).toString());
      }
    } catch (IOException e) {
      // Only the suggestion is lost; that the model is missing is said all the same.
      return List.of();
    }
    names.sort(null);
    return names;
  }
}
