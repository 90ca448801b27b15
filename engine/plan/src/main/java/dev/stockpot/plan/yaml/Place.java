package dev.stockpot.plan.yaml;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** A position in a plan, 1-based, columns in code points. */
public record Place(int line, int column) implements Comparable<Place> {
  public static Place of(Mark mark) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** Where a node starts; the loader is always set to keep marks. */
  public static Place of(Node node) {
    return of(node.getStartMark().orElseThrow());
  }

  @Override
  public int compareTo(Place other) {
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** A value and where the plan says it. */
  public record Located<T>(T value, Place place) {}
}
