package dev.stockpot.plan.paths;

import dev.stockpot.checkpoint.problem.Wording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The one rule for {@code ~} in paths: {@code ~} and {@code ~/} at the start are the user's home,
 * as in a shell, and a tilde anywhere else is a letter like others. Who plans for somebody else, as
 * a coordinator does, knows of no home.
 */
public final class HomePaths {
  private final Path baseDirectory;
  private final Optional<Path> home;

  public HomePaths(Path baseDirectory, AllowedRoots roots) {
    this.baseDirectory = baseDirectory;
    this.home = roots.home();
  }

  private static boolean isInHome(String written) {
    return written.equals("~") || written.startsWith("~/");
  }

  /** The path, absolute and not normalised. */
  public Path path(String written) {
    return isInHome(written) && home.isPresent()
        ? home.get().resolve(written.substring(Math.min(2, written.length())))
        : baseDirectory.resolve(written);
  }

  /** The program of a command: a path if it has a slash. */
  public String program(String written) {
    return isInHome(written) ? path(written).toString() : written;
  }

  /** What is wrong with a path that begins with {@code ~}, whatever it is for. */
  public Optional<String> problem(String written) {
    return isInHome(written) && home.isEmpty()
        ? Optional.of(
            Wording.quoted(written)
                + ": a coordinator does not know whose home '~' is; write the whole path")
        : Optional.empty();
  }

  /** The same of a path where something is to be made: a shell's {@code ~user} is meant, likely. */
  public Optional<String> problemOfNew(String written) {
    String first = written.split("/", 2)[0];
    return written.startsWith("~")
            && !isInHome(written)
            && !Files.exists(baseDirectory.resolve(first))
        ? Optional.of(
            "%s is not expanded to a user's home; write the whole path, or './%s' for a directory of that name"
                .formatted(Wording.quoted(first), written))
        : Optional.empty();
  }
}
