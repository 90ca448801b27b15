package dev.stockpot.coordinator.job;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.desk.DeskSettings;
import dev.stockpot.coordinator.order.JobJournal;
import java.time.Duration;

/**
 * The section {@code stockpot.coordinator} of the configuration, read once.
 *
 * @param filePatience how long a file that a plan names may keep its job waiting
 */
public record CoordinatorSettings(DeskSettings desk, JobJournal journal, Duration filePatience) {

  /** Reads the section from the whole configuration. */
  public static CoordinatorSettings from(Config root) {
    return new CoordinatorSettings(
        DeskSettings.from(root), JobJournal.from(root), filePatience(root));
  }

  /** The one of these settings that others need alone. */
  public static Duration filePatience(Config root) {
    return root.getDuration("stockpot.coordinator.file-patience");
  }
}
