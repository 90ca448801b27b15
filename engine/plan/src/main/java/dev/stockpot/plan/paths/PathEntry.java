package dev.stockpot.plan.paths;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.plan.yaml.Place.Located;
import java.nio.file.Path;

/**
 * A path of a plan.
 *
 * @param plan counts the plans of the file from 0
 * @param path absolute, normalised
 * @param real the same with its links followed
 */
public record PathEntry(int plan, Located<String> written, Path path, Path real) {
  public String quoted() {
    return Wording.quoted(written.value());
  }

  public int line() {
    return written.place().line();
  }
}
