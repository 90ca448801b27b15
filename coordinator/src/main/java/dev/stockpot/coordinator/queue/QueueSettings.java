package dev.stockpot.coordinator.queue;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.plan.paths.AllowedRoots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * What the queue of jobs goes by: the sections {@code stockpot.coordinator.queue} and {@code
 * stockpot.coordinator.roots} of the configuration, read once.
 *
 * @param maxRunning jobs that run at once
 * @param maxQueued jobs that have not ended
 * @param maxPlanBytes length of their plans together, in characters
 * @param roots where plans may read and write
 * @param own what this node keeps for itself, and no plan may write at, in or above
 * @param patience how long a job that ran before a restart waits for its output's staging area,
 *     which the process before may hold until it is really gone
 * @param filePatience how long a file may keep the reading of a plan waiting
 * @param journal path of the journal's configuration, as Pekko Persistence has it
 * @param journalDirectory where the journal's files are; empty where it has none
 * @param snapshots path of the snapshot store's configuration
 * @param snapshotEvery events after which the journal is made short
 */
public record QueueSettings(
    int maxRunning,
    int maxQueued,
    long maxPlanBytes,
    AllowedRoots roots,
    List<Path> own,
    Duration patience,
    Duration filePatience,
    String journal,
    Optional<Path> journalDirectory,
    String snapshots,
    int snapshotEvery) {

  private static final List<String> OWN =
      List.of(
          "stockpot.coordinator.data-dir",
          "stockpot.coordinator.queue-journal.directory",
          "stockpot.coordinator.http.token-file",
          "stockpot.tls.key-store",
          "stockpot.tls.trust-store",
          "stockpot.tls.password-file");

  /** Reads the sections from the whole configuration. */
  public static QueueSettings from(Config root) {
    Config coordinator = root.getConfig("stockpot.coordinator");
    Config queue = coordinator.getConfig("queue");
    List<Path> roots = coordinator.getStringList("roots").stream().map(Path::of).toList();
    return new QueueSettings(
        queue.getInt("max-running"),
        queue.getInt("max-queued"),
        queue.getBytes("max-plan-bytes"),
        AllowedRoots.of(roots),
        own(root),
        queue.getDuration("patience"),
        CoordinatorSettings.filePatience(root),
        queue.getString("journal"),
        journalDirectory(root, queue.getString("journal")),
        queue.getString("snapshots"),
        queue.getInt("snapshot-every"));
  }

  private static List<Path> own(Config root) {
    return OWN.stream()
        .filter(root::hasPath)
        .map(root::getString)
        .filter(path -> !path.isEmpty())
        .map(path ->
            path.replaceFirst("^~(?=/)", Matcher.quoteReplacement(System.getProperty("user.home"))))
        .map(path -> Path.of(path).toAbsolutePath().normalize())
        .toList();
  }

  private static Optional<Path> journalDirectory(Config root, String journal) {
    String key = journal + ".directory";
    return root.hasPath(key) ? Optional.of(Path.of(root.getString(key))) : Optional.empty();
  }
}
