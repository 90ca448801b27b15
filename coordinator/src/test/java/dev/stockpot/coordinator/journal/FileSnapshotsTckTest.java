package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Map;
import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pekko's own specification of a snapshot store as one test. */
class FileSnapshotsTckTest {

  /** As many tests has Pekko 1.7 for it: none may go missing unseen. */
  private static final int TESTS = 12;

  private static final class Specification extends JavaSnapshotStoreSpec {

    Specification(Config config) {
      super(config);
    }
  }

  @TempDir private Path directory;

  @Test
  void theStoreDoesWhatPekkoAsksOfASnapshotStore() {
    assertThat(Tck.passed(new Specification(config()))).hasSize(TESTS);
  }

  private Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "pekko.persistence.snapshot-store.plugin",
                "stockpot.coordinator.queue-snapshots",
                "pekko.persistence.journal.plugin",
                "pekko.persistence.journal.inmem",
                "stockpot.coordinator.queue-snapshots.directory",
                directory.toString(),
                "pekko.loglevel",
                "OFF",
                "pekko.stdout-loglevel",
                "OFF"))
        .withFallback(ConfigFactory.load());
  }
}
