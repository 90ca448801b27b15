package dev.stockpot.coordinator.job;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.journal.FileJournal;
import dev.stockpot.coordinator.staging.StagingArea;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The journal that jobs write.
 *
 * @param plugin path of a journal's configuration, as Pekko Persistence has it
 * @param besideOutput whether each job's journal is a file in its output's staging area, so that
 *     whoever writes that output next goes on with it; else one journal holds those of all jobs
 */
public record JobJournal(String plugin, boolean besideOutput) {

  /** The file, and the prefix of persistence ids. */
  private static final String MERGE = "merge";

  /** Reads which journal is configured. */
  public static JobJournal from(Config root) {
    String plugin = root.getString("stockpot.coordinator.job-journal");
    return new JobJournal(
        plugin, root.getString(plugin + ".class").equals(FileJournal.class.getName()));
  }

  /** Under which a merge's events stand. */
  public PersistenceId persistenceId(MergeOrder order) {
    return persistenceId(MERGE, order.id(), order.staging());
  }

  /**
   * Under which the events of something else stand that writes an output.
   *
   * @param kind names the file, and is the prefix of the id
   * @param id unlike that of any other of its kind
   */
  public PersistenceId persistenceId(String kind, String id, StagingArea staging) {
    return PersistenceId.ofUniqueId(
        besideOutput
            ? FileJournal.persistenceId(staging.journalDirectory().resolve(kind))
            : kind + "-" + id);
  }
}
