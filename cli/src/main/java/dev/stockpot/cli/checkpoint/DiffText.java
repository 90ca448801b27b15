package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.inspection.CheckpointDiff;
import dev.stockpot.checkpoint.inspection.CheckpointDiff.ValueDifference;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import dev.stockpot.cli.console.Numbers;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@link CheckpointDiff} for people: what differs, one a line as it is found, then a summary. */
final class DiffText {
  private static final int WIDEST_NAME = 60;

  private final CheckpointDiff diff;
  private final PrintWriter out;
  private final String row;
  private long differing;

  DiffText(CheckpointDiff diff, PrintWriter out) {
    this.diff = diff;
    this.out = out;
    int name = "TENSOR".length();
    for (CheckpointDiff.Pair pair : diff.comparable()) {
      name = Math.max(name, Printable.text(pair.name()).length());
    }
    row = "%-" + Math.min(name, WIDEST_NAME) + "s  %-11s  %24s  %9s  %9s  %9s  %s\n";
  }

  /** Returns whether there was no difference. */
  boolean print() {
    diff.onlyA().forEach(tensor -> printOnly("A", tensor));
    diff.onlyB().forEach(tensor -> printOnly("B", tensor));
    for (CheckpointDiff.Pair pair : diff.mismatched()) {
      out.print(
          "%s: %s in A, %s in B\n"
              .formatted(
                  Printable.text(pair.name()), type(pair.a().header()), type(pair.b().header())));
    }
    long identical = diff.compareValues(this::printDifference);
    List<String> sums = new ArrayList<>();
    sums.add(Numbers.count(identical, "tensor") + " identical");
    addSum(sums, differing, "with other values");
    addSum(sums, diff.mismatched().size(), "of other shape or dtype");
    addSum(sums, diff.onlyA().size(), "only in A");
    addSum(sums, diff.onlyB().size(), "only in B");
    out.print(String.join(", ", sums) + "\n");
    out.flush();
    return differing == 0 && diff.sameStructure();
  }

  private void printOnly(String side, TensorHeader tensor) {
    out.print("%s: only in %s, %s\n".formatted(Printable.text(tensor.name()), side, type(tensor)));
  }

  private void printDifference(CheckpointDiff.Pair pair, ValueDifference value) {
    if (differing == 0) {
      print("TENSOR", "DTYPE", "DIFFERING", "MAX |A-B|", "MAX ULPS", "MEAN ULPS", "NAN");
    }
    differing++;
    String count = Numbers.count(value.differing()) + "/" + Numbers.count(value.compared());
    String name = Printable.text(pair.name());
    String dtype = pair.a().header().dtype().toString();
    if (value.numeric()) {
      print(
          name,
          dtype,
          count,
          Numbers.measure(value.maxAbsolute()),
          Long.toUnsignedString(value.maxUlps()),
          Numbers.measure(value.meanUlps()),
          value.nanA() + value.nanB() == 0
              ? "-"
              : value.nanA() + " in A, " + value.nanB() + " in B");
    } else {
      print(name, dtype, count + " bytes", "-", "-", "-", "-");
    }
    out.flush();
  }

  private void print(Object... cells) {
    out.print(String.format(Locale.ROOT, row, cells));
  }

  private static void addSum(List<String> sums, long count, String what) {
    if (count > 0) {
      sums.add(Numbers.count(count) + " " + what);
    }
  }

  private static String type(TensorHeader tensor) {
    return tensor.dtype() + " " + Printable.shape(tensor.shape());
  }
}
