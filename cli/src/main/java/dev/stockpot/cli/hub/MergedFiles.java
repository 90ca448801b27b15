package dev.stockpot.cli.hub;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.push.LocalFile;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.verification.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a merge wrote, by its manifest.
 *
 * @param files to be pushed
 * @param others in the directory, by path: of somebody else
 */
record MergedFiles(List<LocalFile> files, List<String> others) {

  private static final int MOST_NAMED = 5;

  /**
   * Looks them up.
   *
   * @param verified when they began to be verified; none may be newer
   */
  static MergedFiles of(Path output, Instant verified) {
    Manifest manifest =
        Manifest.readIn(output)
            .orElseThrow(() -> MergeException.userInput(output + ": its manifest is gone"));
    Set<String> there = paths(output);
    Set<String> written = new TreeSet<>(Set.of(Manifest.FILE_NAME));
    manifest.outputs().forEach(shard -> written.add(shard.file()));
    if (manifest.companions().isEmpty()) {
      // Of a release that did not list them.
      written.addAll(there);
    }
    written.addAll(manifest.companions());
    List<LocalFile> files = new ArrayList<>();
    for (String path : written) {
      Path file = output.resolve(path).normalize();
      if (!file.startsWith(output)) {
        throw MergeException.userInput(
            "%s: names %s, which is not beside it"
                .formatted(output.resolve(Manifest.FILE_NAME), Printable.quoted(path)));
      }
      LocalFile found = LocalFile.of(path, file);
      if (found.lastModified().toInstant().isAfter(verified)) {
        throw MergeException.userInput(
            file + ": was written to while the checkpoint was verified; push again");
      }
      files.add(found);
    }
    files.sort(Comparator.comparing(LocalFile::path));
    there.removeAll(written);
    return new MergedFiles(files, List.copyOf(there));
  }

  private static Set<String> paths(Path output) {
    try {
      return FileTrees.all(output).stream()
          .filter(Files::isRegularFile)
          .map(file -> output.relativize(file).toString())
          .filter(path -> !("/" + path).contains("/."))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be read: %s".formatted(output, FileErrors.located(e)), e);
    }
  }

  /** What whoever pushes might wonder about later. */
  List<String> notes(boolean open) {
    List<String> notes = new ArrayList<>();
    if (!others.isEmpty()) {
      notes.add(
          "note: not pushed, for no merge wrote it: "
              + others.stream()
                  .limit(MOST_NAMED)
                  .map(Printable::text)
                  .collect(Collectors.joining(", "))
              + (others.size() > MOST_NAMED
                  ? " and %d more".formatted(others.size() - MOST_NAMED)
                  : ""));
    }
    if (open) {
      notes.add("note: " + Manifest.FILE_NAME + " tells where the inputs were on this machine");
    }
    return notes;
  }
}
