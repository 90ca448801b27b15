package dev.stockpot.cli.verify;

import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.verification.Extent;
import dev.stockpot.merge.verification.VerifyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people: what is odd and what is wrong, then the result in one line. */
final class VerifyText {

  private VerifyText() {}

  static List<String> lines(VerifyReport report) {
    List<String> lines = new ArrayList<>();
    report.notes().forEach(note -> lines.add("note: " + note));
    report.problems().forEach(problem -> lines.add(problem.toString()));
    report.unsettled().forEach(reason -> lines.add("not recomputed: " + reason));
    lines.add(result(report));
    return lines;
  }

  private static String result(VerifyReport report) {
    String checksums =
        report.matching() == report.tensors()
            ? String.format(
                Locale.ROOT,
                "all %,d checksums match (%s)",
                report.tensors(),
                Sizes.format(report.bytes()))
            : String.format(
                Locale.ROOT, "%,d of %,d checksums match", report.matching(), report.tensors());
    String recomputed =
        String.format(
            Locale.ROOT,
            "%,d of %,d tensors recomputed, %s",
            report.recomputed(),
            report.tensors(),
            checksums);
    if (!report.problems().isEmpty()) {
      return "NOT verified: "
          + (report.problems().size() == 1 ? "1 problem" : report.problems().size() + " problems")
          + "; "
          + (report.extent() instanceof Extent.ChecksumsOnly ? checksums : recomputed);
    }
    if (!report.unsettled().isEmpty()) {
      return "NOT verified: no tensor could be recomputed; " + checksums;
    }
    return report.extent() instanceof Extent.ChecksumsOnly
        ? "undamaged: " + checksums + "; no tensor was recomputed"
        : "bit-identical: " + recomputed;
  }
}
