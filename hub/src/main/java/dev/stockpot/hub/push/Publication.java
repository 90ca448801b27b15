package dev.stockpot.hub.push;

import java.util.List;
import java.util.Optional;

/**
 * What is to be on the hub, and how.
 *
 * @param repository {@code org/name}
 * @param branch that gets the commit, or that a pull request is for
 * @param pullRequest whether to open one instead of committing to the branch
 * @param open whether everybody may see it
 * @param replace whether files of other contents are replaced, and weights that are no part of the
 *     checkpoint deleted
 * @param summary the commit's first line
 * @param files the whole checkpoint
 */
public record Publication(
    String repository,
    String branch,
    boolean pullRequest,
    boolean open,
    boolean replace,
    String summary,
    List<LocalFile> files) {

  public Publication {
    files = List.copyOf(files);
  }

  /** The file of that path in the repository. */
  Optional<LocalFile> file(String path) {
    return files.stream().filter(each -> each.path().equals(path)).findFirst();
  }
}
