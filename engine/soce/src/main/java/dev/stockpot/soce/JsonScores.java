package dev.stockpot.soce;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A table as JSON: {@code {"model": {"category": 71.3}}}, or an array of records, each with its
 * {@code model}.
 */
final class JsonScores {
  private static final String SHAPES =
      "a score table is {\"model\": {\"category\": 71.3}}, or an array of records such as"
          + " {\"model\": \"a\", \"category\": 71.3}";

  private final SourceText source;

  JsonScores(SourceText source) {
    this.source = source;
  }

  Cells cells(JsonTree root) {
    Cells cells = new Cells(source);
    switch (root) {
      case JsonTree.Members models ->
          models.members().forEach((model, row) -> cells.add(model, cells(members(row))));
      case JsonTree.Elements records -> addRecords(records, cells);
      case JsonTree.Leaf leaf -> throw problem(leaf, "there is only one value; " + SHAPES);
    }
    return cells;
  }

  private void addRecords(JsonTree.Elements records, Cells cells) {
    Map<String, Long> lines = new HashMap<>();
    for (JsonTree element : records.elements()) {
      JsonTree.Members record = members(element);
      String key =
          record.members().keySet().stream()
              .filter(name -> name.equalsIgnoreCase("model"))
              .findFirst()
              .orElseThrow(() -> problem(record, "this record names no \"model\"; " + SHAPES));
      Cell model = cell(record.members().getOrDefault(key, record));
      Long first = lines.putIfAbsent(model.text(), record.line());
      if (first != null) {
        throw model
            .problem()
            .apply(
                "the model %s is on line %d already; remove one of them"
                    .formatted(Quoted.text(model.text()), first));
      }
      Map<String, Cell> row = cells(record);
      row.remove(key);
      cells.add(model.text(), row);
    }
  }

  private Map<String, Cell> cells(JsonTree.Members row) {
    Map<String, Cell> cells = new LinkedHashMap<>();
    row.members().forEach((category, value) -> cells.put(category, cell(value)));
    return cells;
  }

  private JsonTree.Members members(JsonTree tree) {
    if (tree instanceof JsonTree.Members members) {
      return members;
    }
    throw problem(tree, "this is no object with one score a category; " + SHAPES);
  }

  private Cell cell(JsonTree tree) {
    if (tree instanceof JsonTree.Leaf(String text, long line, long column)) {
      return new Cell(text, message -> source.problem(line, column, message));
    }
    throw problem(tree, "a number is expected here; " + SHAPES);
  }

  private SoceException problem(JsonTree at, String message) {
    return source.problem(at.line(), at.column(), message);
  }
}
