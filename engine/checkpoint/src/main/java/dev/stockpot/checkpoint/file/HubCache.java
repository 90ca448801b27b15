package dev.stockpot.checkpoint.file;

import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cache that huggingface_hub downloads into: {@code models--org--name/snapshots/<commit>/} with
 * links into {@code blobs/}, and {@code refs/main}, which names a commit.
 */
public final class HubCache {
  private static final String MODELS = "models--";
  private static final String SNAPSHOTS = "snapshots";
  private static final Pattern BLOB = Pattern.compile("(.*/)?blobs/[0-9a-f]{40,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final int MOST_NAMED = 5;

  private HubCache() {}

  /** What to say of a symbolic link that leads nowhere. */
  public static String danglingLink(Path link) {
    String target;
    try {
      target = Files.readSymbolicLink(link).toString();
    } catch (IOException _) {
      target = "";
    }
    Optional<String> again = download(link.toAbsolutePath());
    if (!BLOB.matcher(target).matches() && again.isEmpty()) {
      return "is a symbolic link to something that does not exist: " + Printable.quoted(target);
    }
    return "is a link of a hub cache, and the blob that it leads to is missing; "
        + again
            .map(command -> "download it again: " + command)
            .orElse("copy the checkpoint with its links followed (cp -rL), or download it again");
  }

  /**
   * What a path in a cache is on the hub.
   *
   * @param repository {@code org/name}
   * @param commit empty above the snapshots
   * @param subfolder of the repository, with {@code /}; empty for its root
   */
  public record Origin(String repository, Optional<String> commit, String subfolder) {

    /** As a plan may name it. */
    @Override
    public String toString() {
      String at = repository + commit.map(each -> "@" + each).orElse("");
      return subfolder.isEmpty() ? at : "hf://" + at + "/" + subfolder;
    }
  }

  /** What an absolute path in a cache is; empty outside of one. */
  public static Optional<Origin> origin(Path path) {
    Optional<String> commit = Optional.empty();
    String subfolder = "";
    for (Path at = path; at != null && at.getFileName() != null; at = at.getParent()) {
      String name = at.getFileName().toString();
      Path parent = at.getParent();
      if (COMMIT.matcher(name).matches() && parent != null && parent.endsWith(SNAPSHOTS)) {
        commit = Optional.of(name);
        subfolder = at.relativize(path).toString();
      }
      if (name.startsWith(MODELS)) {
        String repository = name.substring(MODELS.length()).replace("--", "/");
        return NAME.matcher(repository).matches()
            ? Optional.of(new Origin(repository, commit, subfolder))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The command that downloads what lies at a path in a cache; empty outside of one. */
  public static Optional<String> download(Path path) {
    return origin(path)
        .map(origin ->
            "hf download "
                + origin.repository()
                + origin.commit().map(commit -> " --revision " + commit).orElse(""));
  }

  /** What to give instead of a directory that is a cache, or one model's part of it. */
  public static Optional<String> advice(Path directory) throws IOException {
    if (Files.isDirectory(directory.resolve(SNAPSHOTS))) {
      return Optional.of(
          "is a model's directory in the hub's cache, and its checkpoint lies below; "
              + ofModel(directory));
    }
    if (directory.endsWith(SNAPSHOTS)) {
      Path model = directory.getParent();
      return model == null
          ? Optional.empty()
          : Optional.of("holds the snapshots of a hub cache; " + ofModel(model));
    }
    for (Path root : List.of(directory, directory.resolve("hub"))) {
      List<Path> models = directories(root, MODELS);
      if (!models.isEmpty()) {
        return Optional.of("is a hub cache that holds " + ofRoot(models));
      }
    }
    return Optional.empty();
  }

  private static String ofModel(Path model) throws IOException {
    List<Path> snapshots = directories(model.resolve(SNAPSHOTS), "");
    Path main = model.resolve("refs/main");
    if (Files.isRegularFile(main)) {
      String commit = new String(RegularFiles.bytes(main, 1 << 10), StandardCharsets.UTF_8).strip();
      Optional<Path> named = snapshots.stream().filter(each -> each.endsWith(commit)).findFirst();
      if (named.isPresent()) {
        return "give " + Printable.text(named.get().toString()) + ", which refs/main names";
      }
    }
    if (snapshots.isEmpty()) {
      return "no snapshot is there; download it: "
          + download(model.toAbsolutePath()).orElse("hf download");
    }
    return snapshots.size() == 1
        ? "give " + Printable.text(snapshots.getFirst().toString())
        : "give one of its snapshots: " + listed(snapshots);
  }

  private static String ofRoot(List<Path> models) throws IOException {
    return models.size() == 1
        ? Printable.text(String.valueOf(models.getFirst().getFileName()))
            + "; "
            + ofModel(models.getFirst())
        : models.size()
            + " models; give a snapshot of one of them, such as "
            + Printable.text(models.getFirst().resolve(SNAPSHOTS).toString())
            + "/COMMIT: "
            + listed(models);
  }

  private static String listed(List<Path> paths) {
    List<String> names =
        paths.stream()
            .limit(MOST_NAMED)
            .map(path -> Printable.text("" + path.getFileName()))
            .toList();
    int more = paths.size() - names.size();
    return String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
  }

  private static List<Path> directories(Path parent, String prefix) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
        for (Path entry : entries) {
          if (String.valueOf(entry.getFileName()).startsWith(prefix) && Files.isDirectory(entry)) {
            found.add(entry);
          }
        }
      }
    }
    found.sort(null);
    return found;
  }
}
