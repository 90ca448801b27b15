package dev.stockpot.cli.checkpoint;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.verification.VerifyReport;
import dev.stockpot.merge.verification.VerifyReport.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report, for people and for programs. */
public final class VerifyTelling {

  private VerifyTelling() {}

  /** What is odd and what is wrong, then the result in one line. */
  public static List<String> lines(VerifyReport report) {
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

  static Map<String, Object> json(VerifyReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("output", report.output().toString());
    json.put("passed", report.passed());
    json.put("tensors", report.tensors());
    json.put("checksumsMatching", report.matching());
    json.put("bytes", report.bytes());
    json.put("recomputedIdentical", report.recomputed());
    json.put("problems", report.problems().stream().map(VerifyTelling::json).toList());
    json.put("notRecomputed", report.unsettled());
    json.put("notes", report.notes());
    return json;
  }

  private static Map<String, Object> json(Problem problem) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", problem.file());
    json.put("tensor", problem.tensor());
    json.put("message", problem.message());
    return json;
  }
}
