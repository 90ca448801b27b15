package dev.stockpot.cli.verify;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.merge.verification.VerifyReport;
import java.util.LinkedHashMap;
import java.util.Map;

/** A report for programs. */
final class VerifyJson {

  private VerifyJson() {}

  static Map<String, Object> of(VerifyReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("output", report.output().toString());
    json.put("passed", report.passed());
    json.put("tensors", report.tensors());
    json.put("checksumsMatching", report.matching());
    json.put("bytes", report.bytes());
    json.put("recomputedIdentical", report.recomputed());
    json.put("problems", report.problems().stream().map(VerifyJson::of).toList());
    json.put("notRecomputed", report.unsettled());
    json.put("notes", report.notes());
    return json;
  }

  private static Map<String, Object> of(Problem problem) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", problem.file());
    json.put("tensor", problem.tensor());
    json.put("message", problem.message());
    return json;
  }
}
