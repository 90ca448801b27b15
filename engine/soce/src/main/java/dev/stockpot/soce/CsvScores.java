package dev.stockpot.soce;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table as RFC 4180 writes it. The first line names the columns; models stand in the column
 * {@code model}, in any case, or else in the first.
 */
final class CsvScores {
  private final SourceText source;
  private final char separator;

  CsvScores(SourceText source, char separator) {
    this.source = source;
    this.separator = separator;
  }

  Cells cells() {
    List<CsvRecord> records = records();
    if (records.isEmpty()) {
      throw source.problem(
          "is empty; the first line names the columns, each further line is one model's scores");
    }
    List<String> names = names(records.getFirst());
    int model = modelColumn(names);
    Cells cells = new Cells(source);
    Map<String, Long> lines = new HashMap<>();
    for (CsvRecord row : records.subList(1, records.size())) {
      checkLength(row, names.size());
      cells.add(model(row, model, lines), cells(row, names, model));
    }
    return cells;
  }

  private Map<String, Cell> cells(CsvRecord row, List<String> names, int model) {
    Map<String, Cell> cells = new LinkedHashMap<>();
    for (int column = 0; column < names.size(); column++) {
      if (column != model) {
        int field = column;
        cells.put(
            names.get(column),
            new Cell(row.getField(column), message -> problem(row, field, message)));
      }
    }
    return cells;
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

  private void checkLength(CsvRecord row, int columns) {
    int fields = row.getFieldCount();
    if (fields != columns) {
      throw problem(
          row,
          Math.min(fields - 1, columns),
          "this line has %d fields, the first line %d; leave a missing score empty, and put text with commas in quotes"
              .formatted(fields, columns));
    }
  }

  /** The row's model, which no other line may have. */
  private String model(CsvRecord row, int column, Map<String, Long> lines) {
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
    return model;
  }

  private SoceException problem(CsvRecord record, int field, String message) {
    CsvPlace place = CsvPlace.of(source.text(), separator, record.getStartingLineNumber(), field);
    return source.problem(place.line(), place.column(), message);
  }

  /** Where a field begins in the text; lines and columns count from 1, columns in characters. */
  private record CsvPlace(long line, long column) {

    /** Of a record that begins on {@code recordLine}, the field of this place, counted from 0. */
    static CsvPlace of(String text, char separator, long recordLine, int field) {
      long line = 1;
      long column = 1;
      int separators = 0;
      boolean quoted = false;
      for (int i = 0; i < text.length(); ) {
        if (line >= recordLine && separators == field) {
          break;
        }
        int c = text.codePointAt(i);
        i += Character.charCount(c);
        boolean lineBreak = c == '\n' || (c == '\r' && !text.startsWith("\n", i));
        if (line >= recordLine) {
          if (c == '"') {
            quoted = !quoted;
          } else if (!quoted && c == separator) {
            separators++;
          } else if (!quoted && (lineBreak || c == '\r')) {
            break;
          }
        }
        line += lineBreak ? 1 : 0;
        column = lineBreak ? 1 : column + 1;
      }
      return new CsvPlace(line, column);
    }
  }
}
