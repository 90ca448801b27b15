package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.merge.MergeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What planning has to say: problems, which end it; warnings; and the decisions on which the
 * output's bytes depend beside the plan and the inputs.
 */
final class PlanningNotes {
  /** Lines of problems that are told; the rest is counted. */
  private static final int MOST_LINES = 20;

  private final List<Problem> problems = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final List<String> decisions = new ArrayList<>();

  void problem(Problem problem) {
    problems.add(problem);
  }

  void problems(Collection<Problem> more) {
    problems.addAll(more);
  }

  /** A problem in words of its own. */
  void problem(String text) {
    refusals.add(Printable.line(text));
  }

  void warning(Problem warning) {
    warnings.add(warning);
  }

  void warnings(Collection<Problem> more) {
    warnings.addAll(more);
  }

  /** A warning in words of its own. */
  void warning(String text) {
    lines.add(Printable.line(text));
  }

  /** Something that the plan and the input files do not tell, and the output's bytes depend on. */
  void decision(String line) {
    decisions.add(line);
  }

  List<String> decisions() {
    return List.copyOf(decisions);
  }

  /** A line for each; what is said of many tensors is one. */
  List<String> warnings() {
    List<String> all = new ArrayList<>(ProblemGroups.lines(warnings, Integer.MAX_VALUE));
    all.addAll(lines);
    return all;
  }

  /** Ends the planning if anything is wrong. */
  void throwIfProblems() {
    if (problems.isEmpty() && refusals.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>(ProblemGroups.lines(problems, MOST_LINES));
    lines.addAll(refusals);
    List<String> each = new ArrayList<>(problems.stream().map(Problem::toString).toList());
    each.addAll(refusals);
    if (each.size() > MOST_LINES) {
      lines.add("'stockpot plan validate --json' names all %,d".formatted(each.size()));
    }
    throw MergeException.userInput(String.join("\n", lines), each);
  }
}
