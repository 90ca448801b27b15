package dev.stockpot.coordinator.order;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.journal.FileJournal;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The journal that jobs write.
 *
 * @param plugin path of a journal's configuration, as Pekko Persistence has it
 * @param besideOutput whether each job's journal is a file in its output's staging area, so that
 *     whoever writes that output next goes on with it; else one journal holds those of all jobs
 */
public record JobJournal(String plugin, boolean besideOutput) {

  /** Reads which journal is configured. */
  public static JobJournal from(Config root) {
    String plugin = root.getString("stockpot.coordinator.job-journal");
    return new JobJournal(
        plugin, root.getString(plugin + ".class").equals(FileJournal.class.getName()));
  }

  /** Under which a job's events stand. */
  public PersistenceId persistenceId(JobOrder order) {
    return PersistenceId.ofUniqueId(
        besideOutput
            ? FileJournal.persistenceId(order.staging().journalDirectory().resolve(order.kind()))
            : order.kind() + "-" + order.id());
  }
}
