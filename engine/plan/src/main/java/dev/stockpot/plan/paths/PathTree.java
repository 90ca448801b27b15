package dev.stockpot.plan.paths;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Absolute paths with values, asked for what is at, above and below a path. Holds one node per
 * name, so that many paths cost no more than they are long.
 */
final class PathTree<T> {
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
