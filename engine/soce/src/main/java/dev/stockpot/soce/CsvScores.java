package dev.stockpot.soce;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table as RFC 4180 writes it. The first line names the columns; models stand in the column
 * {@code model}, in any case, or else in the first.
 */
final class CsvScores {
  private final SourceText source;
  private final char separator;
  private final List<String> wanted;

  /**
   * @param wanted the categories to read, in order; none for every column that holds numbers
   */
  CsvScores(SourceText source, char separator, List<String> wanted) {
    this.source = source;
    this.separator = separator;
    this.wanted = wanted;
  }

  ScoreTable read() {
    List<CsvRecord> records = records();
    if (records.isEmpty()) {
      throw source.problem(
          "is empty; the first line names the columns, each further line is one model's scores");
    }
    CsvRecord head = records.getFirst();
    List<CsvRecord> rows = records.subList(1, records.size());
    List<String> names = names(head);
    int model = modelColumn(names);
    checkLengths(head, rows);
    List<String> models = models(rows, model);
    List<Integer> columns = wanted.isEmpty() ? numeric(rows, names, model) : chosen(names, head);
    List<List<OptionalDouble>> scores =
        rows.stream()
            .map(row -> columns.stream().map(column -> score(row, column, names)).toList())
            .toList();
    return ScoreTable.of(models, columns.stream().map(names::get).toList(), scores);
  }

  private List<CsvRecord> records() {
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(separator)
            .commentStrategy(CommentStrategy.NONE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(source.text())) {
      return reader.stream().toList();
    } catch (CsvParseException e) {
      throw source.problem("is not CSV: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> names(CsvRecord head) {
    List<String> names = head.getFields().stream().map(String::strip).toList();
    Set<String> seen = new HashSet<>();
    for (int column = 0; column < names.size(); column++) {
      if (names.get(column).isEmpty() && column > 0) {
        throw problem(head, column, "this column has no name; name it, or remove it");
      }
      if (!seen.add(names.get(column))) {
        throw problem(
            head,
            column,
            "the column %s is there twice; rename one of them"
                .formatted(Quoted.text(names.get(column))));
      }
    }
    if (names.size() < 2) {
      throw problem(
          head,
          0,
          "there is only one column; a score table has a column of models and at least one of"
              + " scores, separated by "
              + (separator == '\t' ? "tabs" : "commas"));
    }
    return names;
  }

  private static int modelColumn(List<String> names) {
    return IntStream.range(0, names.size())
        .filter(column -> names.get(column).equalsIgnoreCase("model"))
        .findFirst()
        .orElse(0);
  }

  private void checkLengths(CsvRecord head, List<CsvRecord> rows) {
    if (rows.isEmpty()) {
      throw source.problem("has no models; each line below the first is one model's scores");
    }
    for (CsvRecord row : rows) {
      int fields = row.getFieldCount();
      if (fields != head.getFieldCount()) {
        throw problem(
            row,
            Math.min(fields, head.getFieldCount()),
            "this line has %d fields, the first line %d; leave a missing score empty, and put text with commas in quotes"
                .formatted(fields, head.getFieldCount()));
      }
    }
  }

  private List<String> models(List<CsvRecord> rows, int column) {
    Map<String, Long> lines = new HashMap<>();
    List<String> models = new ArrayList<>();
    for (CsvRecord row : rows) {
      String model = row.getField(column).strip();
      if (model.isEmpty()) {
        throw problem(row, column, "this line names no model; name it, or remove the line");
      }
      Long first = lines.putIfAbsent(model, row.getStartingLineNumber());
      if (first != null) {
        throw problem(
            row,
            column,
            "the model %s is on line %d already; remove one of them"
                .formatted(Quoted.text(model), first));
      }
      models.add(model);
    }
    return models;
  }

  private List<Integer> chosen(List<String> names, CsvRecord head) {
    List<Integer> columns = new ArrayList<>();
    for (String category : wanted) {
      int column = names.indexOf(category);
      if (column < 0) {
        throw problem(
            head,
            0,
            "there is no column %s; the columns are %s"
                .formatted(
                    Quoted.text(category),
                    String.join(", ", names.stream().map(Quoted::text).toList())));
      }
      columns.add(column);
    }
    return columns;
  }

  /** The columns that hold at least as many numbers as words; one without either is a category. */
  private static List<Integer> numeric(List<CsvRecord> rows, List<String> names, int model) {
    return IntStream.range(0, names.size())
        .filter(column -> column != model)
        .filter(column -> {
          long numbers =
              rows.stream().filter(row -> Cells.number(row.getField(column)).isPresent()).count();
          long missing = rows.stream().filter(row -> Cells.isMissing(row.getField(column))).count();
          return numbers >= rows.size() - missing - numbers;
        })
        .boxed()
        .toList();
  }

  private OptionalDouble score(CsvRecord row, int column, List<String> names) {
    String cell = row.getField(column);
    OptionalDouble number = Cells.number(cell);
    if (number.isEmpty() && !Cells.isMissing(cell)) {
      throw problem(
          row,
          column,
          "%s in the category %s is not a number; write one such as 71.3 or 71.3%%, or leave it empty"
              .formatted(Quoted.text(cell), Quoted.text(names.get(column))));
    }
    return number;
  }

  private ScoreTableException problem(CsvRecord record, int field, String message) {
    CsvPlace place = CsvPlace.of(source.text(), separator, record.getStartingLineNumber(), field);
    return source.problem(place.line(), place.column(), message);
  }
}
