package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.experts.Correlation;
import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.LowCorrelation;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The lower triangle of a correlation matrix. Columns are numbered as the rows are; on a terminal
 * that is too narrow they are printed in blocks.
 */
final class MatrixText {
  private static final int CELL = 8;
  private static final int WIDEST_NAME = 40;
  private static final String LOW = "36";

  private final Analysis analysis;
  private final CorrelationMatrix matrix;
  private final PrintWriter out;
  private final Terminal terminal;

  MatrixText(Analysis analysis, PrintWriter out, Terminal terminal) {
    this.analysis = analysis;
    this.matrix = analysis.matrix();
    this.out = out;
    this.terminal = terminal;
  }

  void print() {
    List<String> names = matrix.categories().stream().map(MatrixText::cut).toList();
    int name = names.stream().mapToInt(String::length).max().orElse(0);
    int fitting =
        terminal.out() ? Math.max(1, (terminal.columns() - name - 5) / CELL) : names.size();
    out.println(
        "How categories correlate"
            + analysis
                .selection()
                .map(selection -> "; * by less than " + Numbers.number(selection.low().threshold()))
                .orElse(""));
    for (int from = 0; from < names.size(); from += fitting) {
      printBlock(names, name, from, Math.min(names.size(), from + fitting));
    }
    printGaps();
  }

  private void printBlock(List<String> names, int name, int from, int to) {
    StringBuilder head = new StringBuilder(" ".repeat(name + 5));
    for (int column = from; column < to; column++) {
      head.append(String.format(Locale.ROOT, "%7d ", column + 1));
    }
    out.println(head.toString().stripTrailing());
    for (int row = from; row < names.size(); row++) {
      StringBuilder line =
          new StringBuilder(
              String.format(Locale.ROOT, "%3d  %-" + name + "s", row + 1, names.get(row)));
      for (int column = from; column < Math.min(to, row + 1); column++) {
        line.append(cell(row, column));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private String cell(int row, int column) {
    OptionalDouble rho = matrix.of(row, column);
    if (rho.isEmpty()) {
      return String.format(Locale.ROOT, "%7s ", "?");
    }
    String number = String.format(Locale.ROOT, "%7.2f", rho.getAsDouble());
    if (row == column || !isLow(rho.getAsDouble())) {
      return number + " ";
    }
    return terminal.color() ? "\u001b[" + LOW + "m" + number + "*\u001b[0m" : number + "*";
  }

  private boolean isLow(double rho) {
    return analysis.selection().map(selection -> isLow(selection.low(), rho)).orElse(false);
  }

  private static boolean isLow(LowCorrelation low, double rho) {
    return low.rule().closeness(rho) < low.threshold();
  }

  /** Each reason once: a category that is constant is so for every pair. */
  private void printGaps() {
    Set<String> reasons = new LinkedHashSet<>();
    for (int row = 0; row < matrix.categories().size(); row++) {
      for (int column = 0; column < row; column++) {
        switch (matrix.cell(row, column)) {
          case Correlation.Constant constant -> reasons.add(constant.reason());
          case Correlation.TooFewModels few ->
              reasons.add("%d and %d: %s".formatted(column + 1, row + 1, few.reason()));
          case Correlation.Known _ -> {}
        }
      }
    }
    reasons.forEach(reason -> out.println("? " + reason));
  }

  private static String cut(String name) {
    String text = Printable.text(name);
    return text.length() <= WIDEST_NAME ? text : text.substring(0, WIDEST_NAME - 1) + "…";
  }
}
