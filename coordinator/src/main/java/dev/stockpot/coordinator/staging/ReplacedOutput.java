package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.SidecarFiles;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.verification.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an output that is to be replaced may hold, for it will be deleted: files that its manifest
 * names, and those that plainly belong to a checkpoint. Whatever else there is may be somebody's
 * only copy, and the output is left as it is.
 *
 * <p>Without a manifest there must be weights, and Python files are foreign too: a directory of a
 * README and some code is a project.
 */
final class ReplacedOutput {

  private static final int NAMED = 5;

  /** Of releases whose manifests name no companions: what a search writes. */
  private static final Set<String> REPORT =
      Set.of("report.html", "report.json", "leaderboard.csv", "search.json");

  private static final String REPORTS = "stockpot-search/";

  private static final Pattern WEIGHTS = Pattern.compile("[^/]*\\.safetensors");
  private static final Pattern BESIDE_WEIGHTS =
      Pattern.compile("[^/]*\\.safetensors\\.index\\.json|README\\.md|\\.gitattributes");
  private static final Pattern CODE =
      Pattern.compile(
          "(configuration|modeling|tokenization|processing|image_processing)_[^/]*\\.py");

  private final Set<String> named;
  private final boolean proven;
  private final List<String> foreign = new ArrayList<>();
  private boolean files;
  private boolean weights;

  private ReplacedOutput(Optional<Manifest> manifest) {
    named = manifest.map(ReplacedOutput::names).orElse(Set.of());
    proven = manifest.isPresent();
  }

  private static Set<String> names(Manifest manifest) {
    Set<String> names = new HashSet<>(manifest.companions());
    manifest.outputs().forEach(shard -> names.add(shard.file()));
    return names;
  }

  /**
   * Looks through what is to be replaced.
   *
   * @param place where it is, no link
   * @param output how messages name it
   * @throws MergeException if it is no directory, or holds what is not to be deleted
   */
  static void check(Path place, Path output) {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!isDirectory(place)) {
      throw MergeException.userInput(
          output
              + ": is no directory, and only a checkpoint's directory is replaced; move it away, or"
              + " choose another output path");
    }
    ReplacedOutput replaced = new ReplacedOutput(manifest(place));
    try {
      replaced.look(place, "");
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: what is to be replaced cannot be looked at: %s"
              .formatted(output, FileErrors.located(e)),
          e);
    }
    replaced.refuse(output);
  }

  /** One that is damaged, or of a later release, proves nothing. */
  private static Optional<Manifest> manifest(Path place) {
    try {
      return Manifest.readIn(place);
    } catch (MergeException | CheckpointException _) {
      return Optional.empty();
    }
  }

  private void look(Path directory, String prefix) throws IOException {
    List<Path> entries =
        FileTrees.entries(directory).stream().sorted(Comparator.naturalOrder()).toList();
    for (Path entry : entries) {
      String name = prefix + entry.getFileName();
      if (isDirectory(entry)) {
        if (mayHoldOurs(name + "/")) {
          look(entry, name + "/");
        } else if (!OutputCommit.isNothing(entry)) {
          foreign.add(name + "/");
        }
      } else if (!isOurs(name, Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS))) {
        foreign.add(name);
      }
    }
  }

  private boolean mayHoldOurs(String directory) {
    return named.stream().anyMatch(name -> name.startsWith(directory))
        || SidecarFiles.isKnown(directory + "x.jinja")
        || (proven && directory.equals(REPORTS));
  }

  private boolean isOurs(String name, boolean isRegular) {
    files = true;
    if (named.contains(name)) {
      return true;
    }
    if (!proven && isRegular && WEIGHTS.matcher(name).matches()) {
      weights = true;
      return true;
    }
    return isRegular
        && (SidecarFiles.isKnown(name)
            || BESIDE_WEIGHTS.matcher(name).matches()
            || name.equals(Manifest.FILE_NAME)
            || (proven && ofEarlierReleases(name)));
  }

  private static boolean ofEarlierReleases(String name) {
    return CODE.matcher(name).matches()
        || (name.startsWith(REPORTS) && REPORT.contains(name.substring(REPORTS.length())));
  }

  private void refuse(Path output) {
    if (!foreign.isEmpty()) {
      String names =
          foreign.stream().limit(NAMED).map(Printable::text).collect(Collectors.joining(", "));
      int more = foreign.size() - NAMED;
      throw MergeException.userInput(
          "%s: is not replaced, because it holds what %s: %s%s; move that away, delete the directory yourself, or choose another output path"
              .formatted(
                  output,
                  proven ? "its manifest does not name" : "is no part of a checkpoint",
                  names,
                  more > 0 ? " and %,d more".formatted(more) : ""));
    }
    if (!proven && !weights && files) {
      throw MergeException.userInput(
          output
              + ": is not replaced, because it holds neither weights nor a manifest of Stockpot; delete"
              + " the directory yourself, or choose another output path");
    }
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
