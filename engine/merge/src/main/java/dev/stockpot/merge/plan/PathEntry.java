package dev.stockpot.merge.plan;

import java.nio.file.Path;

/**
 * A path of a plan.
 *
 * @param plan counts the plans of the file from 0
 * @param path absolute, normalised
 * @param real the same with its links followed
 */
record PathEntry(int plan, Located<String> written, Path path, Path real) {
  String quoted() {
    return Wording.quoted(written.value());
  }

  int line() {
    return written.place().line();
  }
}
