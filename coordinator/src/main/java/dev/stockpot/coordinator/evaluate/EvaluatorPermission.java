package dev.stockpot.coordinator.evaluate;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which programs this node runs as evaluators: {@code stockpot.coordinator.evaluators}. */
public final class EvaluatorPermission {

  private static final String KEY = "stockpot.coordinator.evaluators";
  private static final EvaluatorPermission ANY = new EvaluatorPermission(true, Set.of());

  private final boolean any;
  private final Set<Path> programs;

  private EvaluatorPermission(boolean any, Set<Path> programs) {
    this.any = any;
    this.programs = programs;
  }

  /** For users who run what their own plan says. */
  public static EvaluatorPermission any() {
    return ANY;
  }

  /** Reads the key from the whole configuration. Blocks. */
  public static EvaluatorPermission from(Config root) {
    return of(root.getStringList(KEY));
  }

  /**
   * Blocks.
   *
   * @param allowed absolute paths, or {@code *} for every program; one that does not exist allows
   *     nothing
   */
  static EvaluatorPermission of(List<String> allowed) {
    if (allowed.contains("*")) {
      return ANY;
    }
    Set<Path> programs = new HashSet<>();
    for (String each : allowed) {
      Path program = Path.of(each);
      if (!program.isAbsolute()) {
        throw new IllegalArgumentException(
            "%s: '%s' is no absolute path; name the program's file, or \"*\" for any"
                .formatted(KEY, each));
      }
      try {
        programs.add(placed(program));
      } catch (IOException _) {
        // Its directory is not there, so no command can name it.
      }
    }
    return new EvaluatorPermission(false, Set.copyOf(programs));
  }

  /**
   * Finds the command's program, and whether it may run here. Blocks.
   *
   * @throws EvaluatorCommandException if there is none, or it may not
   */
  public void check(EvaluatorCommand command) throws EvaluatorCommandException {
    if (any) {
      return;
    }
    // Nothing is said of files that the client may not ask about: a program that does not exist
    // and one that is not allowed read alike.
    try {
      if (programs.contains(placed(command.program()))) {
        return;
      }
    } catch (IOException | EvaluatorCommandException _) {
      // As said.
    }
    throw new EvaluatorCommandException(
        0,
        "the evaluator '%s' is not allowed on this node; whoever runs it lists the program's path in %s"
            .formatted(command.arguments().getFirst(), KEY));
  }

  /**
   * Links to the directory are followed, a link that is the program itself is not: what a program
   * does can depend on the name by which it is called.
   */
  private static Path placed(Path program) throws IOException {
    Path absolute = program.toAbsolutePath();
    return absolute.resolveSibling(".").toRealPath().resolve(absolute.getFileName());
  }
}
