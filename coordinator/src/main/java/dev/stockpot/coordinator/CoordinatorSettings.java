package dev.stockpot.coordinator;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.desk.DeskSettings;
import dev.stockpot.coordinator.job.JobJournal;

/** The section {@code stockpot.coordinator} of the configuration, read once. */
public record CoordinatorSettings(DeskSettings desk, JobJournal journal) {

  /** Reads the section from the whole configuration. */
  public static CoordinatorSettings from(Config root) {
    return new CoordinatorSettings(DeskSettings.from(root), JobJournal.from(root));
  }
}
