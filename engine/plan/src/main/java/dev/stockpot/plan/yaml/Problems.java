package dev.stockpot.plan.yaml;

import dev.stockpot.plan.yaml.InvalidPlanException.PlanProblem;
import dev.stockpot.plan.yaml.Place.Located;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes of one file. */
public final class Problems {
  /** What nobody reads to the end; it also bounds what a hostile file makes us keep. */
  private static final int MAX_REPORTED = 100;

  private final SourceText source;
  private final List<Located<String>> problems = new ArrayList<>();
  private int omitted;
  private boolean forbidden;

  public Problems(SourceText source) {
    this.source = source;
  }

  public void at(Place place, String message) {
    if (problems.size() < MAX_REPORTED) {
      problems.add(new Located<>(message, place));
    } else {
      omitted++;
    }
  }

  /** A path that may not be named. */
  public void forbidden(Place place, String message) {
    forbidden = true;
    at(place, message);
  }

  /** Of the file. */
  public String text() {
    return source.text();
  }

  public boolean isEmpty() {
    return problems.isEmpty();
  }

  public void throwIfAny() throws InvalidPlanException {
    if (problems.isEmpty()) {
      return;
    }
    problems.sort(Comparator.comparing(Located::place));
    List<PlanProblem> shown = new ArrayList<>();
    for (Located<String> problem : problems) {
      shown.add(source.problem(problem.place(), problem.value()));
    }
    if (omitted > 0) {
      Place last = problems.getLast().place();
      shown.add(source.problem(last, "and " + omitted + " more mistakes; mend these first"));
    }
    throw new InvalidPlanException(shown, forbidden);
  }
}
