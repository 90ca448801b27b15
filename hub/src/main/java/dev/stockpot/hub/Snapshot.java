package dev.stockpot.hub;

import java.util.List;
import java.util.Optional;

/**
 * What a repository holds at one commit.
 *
 * @param reference as it was asked for; the cache has it under this name
 * @param name the repository's name of today: another one where it was renamed
 * @param commit that the revision leads to
 * @param files of the whole repository, by path
 * @param licence as its card names it, such as {@code apache-2.0}; of a licence of its own, its
 *     name
 * @param gated whether its owner must let people in
 */
public record Snapshot(
    HubReference reference,
    String name,
    String commit,
    List<HubFile> files,
    Optional<String> licence,
    boolean gated) {

  public Snapshot {
    files = List.copyOf(files);
  }

  public String repository() {
    return reference.repository();
  }

  /** The file of that path in the repository. */
  public Optional<HubFile> file(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  /** The file of that name in the reference's subfolder. */
  public Optional<HubFile> inSubfolder(String name) {
    return file(reference.inRepository(name));
  }

  /** {@code org/name@commit}, which means the same for ever. */
  public String pinned() {
    return reference.at(commit).toString();
  }
}
