package dev.stockpot.plan.paths;

import dev.stockpot.checkpoint.problem.Wording;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps outputs apart from inputs, from each other and from the plan, links followed. The one
 * contact that is allowed: a plan may read what an earlier plan of the file writes.
 */
public final class OutputPaths {
  private static final Pattern STAGING = Pattern.compile("\\.(.*\\.)?stockpot");

  private final Path realBaseDirectory;
  private final PathTree<PathEntry> inputs = new PathTree<>();
  private final PathTree<PathEntry> outputs = new PathTree<>();
  private final PathTree<PathEntry> caches = new PathTree<>();

  public OutputPaths(Path realBaseDirectory) {
    this.realBaseDirectory = realBaseDirectory;
  }

  /** To be called for every input of the file before the first output is checked. */
  public void addInput(PathEntry input) {
    inputs.put(input.real(), input);
  }

  /** As {@link #addInput}, for directories of results that searches keep. */
  public void addCache(PathEntry cache) {
    caches.put(cache.real(), cache);
  }

  /** What is wrong with an output, the ones added before it taken into account; adds it. */
  public Optional<String> add(PathEntry output) {
    Optional<String> problem =
        touchedInput(output)
            .or(() -> touchedOutput(output))
            .or(() -> touchedCache(output))
            .or(() -> stagingOn(output))
            .or(() -> obstacle(output));
    outputs.put(output.real(), output);
    return problem;
  }

  /** The output that is this very path. */
  public Optional<PathEntry> writing(Path real) {
    return outputs.at(real);
  }

  private Optional<String> touchedInput(PathEntry output) {
    Path real = output.real();
    Optional<PathEntry> equal =
        inputs
            .at(real)
            .filter(input -> input.plan() <= output.plan())
            // An earlier plan's input that is not there is said to be missing, with its cure.
            .filter(input -> input.plan() == output.plan() || Files.exists(input.path()));
    return equal
        .map(input -> clash(output, "is also the input", input))
        .or(() -> inputs.above(real).map(in -> clash(output, "lies inside the input", in)))
        .or(() -> inputs.below(real).map(in -> clash(output, "holds the input", in)));
  }

  private Optional<String> touchedOutput(PathEntry output) {
    Path real = output.real();
    return outputs
        .at(real)
        .map(other -> clash(output, "is also the output", other))
        .or(() -> outputs.above(real).map(o -> clash(output, "lies inside the output", o)))
        .or(() -> outputs.below(real).map(o -> clash(output, "holds the output", o)));
  }

  private Optional<String> touchedCache(PathEntry output) {
    Path real = output.real();
    return caches
        .at(real)
        .map(cache -> clash(output, "is also the cache", cache))
        .or(() -> caches.above(real).map(cache -> clash(output, "lies inside the cache", cache)))
        .or(() -> caches.below(real).map(cache -> clash(output, "holds the cache", cache)));
  }

  /** Whether a merge runs there or not: what it left would be gone, too. */
  private static Optional<String> stagingOn(PathEntry output) {
    for (Path name : output.real()) {
      if (STAGING.matcher(name.toString()).matches()) {
        return Optional.of(
            "the output "
                + output.quoted()
                + " has the name "
                + Wording.quoted(name.toString())
                + " on its way, as the directories have in which outputs are made; choose another"
                + " directory");
      }
    }
    return Optional.empty();
  }

  private static String clash(PathEntry output, String verb, PathEntry other) {
    String links = output.real().equals(output.path()) ? "" : " (in truth " + output.real() + ")";
    return "the output "
        + output.quoted()
        + links
        + " "
        + verb
        + " "
        + other.quoted()
        + " of line "
        + other.line()
        + "; choose another directory";
  }

  private Optional<String> obstacle(PathEntry output) {
    if (realBaseDirectory.startsWith(output.real())) {
      return Optional.of(
          "the output "
              + output.quoted()
              + " holds the directory of the plan itself; choose another directory");
    }
    Path existing = RealPaths.longestExisting(output.path());
    Optional<Path> dangling =
        Optional.of(output.path())
            .filter(path -> !path.equals(existing))
            .map(path -> existing.resolve(existing.relativize(path).getName(0)))
            .filter(Files::isSymbolicLink);
    if (dangling.isPresent()) {
      return Optional.of(
          "the output "
              + output.quoted()
              + " leads through the link "
              + dangling.get()
              + " to nothing; make the directory that it points to, or remove the link");
    }
    if (Files.isDirectory(existing)) {
      return Optional.empty();
    }
    return Optional.of(
        "the output "
            + output.quoted()
            + " cannot be created: "
            + existing
            + " is a file; choose another directory");
  }

  /**
   * Absolute paths with values, asked for what is at, above and below a path. Holds one node per
   * name, so that many paths cost no more than they are long.
   */
  private static final class PathTree<T> {
    private static final class Node<T> {
      private final Map<Path, Node<T>> children = new HashMap<>();
      private @Nullable T here;
      private @Nullable T below;
    }

    private final Node<T> root = new Node<>();

    /** Keeps the first value of a path. */
    void put(Path path, T value) {
      Node<T> node = root;
      for (Path name : path) {
        if (node.below == null) {
          node.below = value;
        }
        node = node.children.computeIfAbsent(name, _ -> new Node<>());
      }
      if (node.here == null) {
        node.here = value;
      }
    }

    Optional<T> at(Path path) {
      return node(path).flatMap(node -> Optional.ofNullable(node.here));
    }

    /** The value of the outermost path that {@code path} lies inside. */
    Optional<T> above(Path path) {
      Node<T> node = root;
      for (Path name : path) {
        if (node.here != null) {
          return Optional.of(node.here);
        }
        Node<T> child = node.children.get(name);
        if (child == null) {
          return Optional.empty();
        }
        node = child;
      }
      return Optional.empty();
    }

    /** The value that was put first of those inside {@code path}. */
    Optional<T> below(Path path) {
      return node(path).flatMap(node -> Optional.ofNullable(node.below));
    }

    private Optional<Node<T>> node(Path path) {
      Node<T> node = root;
      for (Path name : path) {
        Node<T> child = node.children.get(name);
        if (child == null) {
          return Optional.empty();
        }
        node = child;
      }
      return Optional.of(node);
    }
  }
}
