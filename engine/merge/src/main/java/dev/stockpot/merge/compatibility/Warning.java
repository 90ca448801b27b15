package dev.stockpot.merge.compatibility;

import java.util.List;

/**
 * Something about the ingredients to look at before the merge.
 *
 * @param subjects the names of the checkpoints concerned, in the order they were given
 * @param message what is odd, where it is said, and what to do, on one line
 */
public record Warning(List<String> subjects, String message) {
  public Warning {
    subjects = List.copyOf(subjects);
  }
}
