package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Map;
import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pekko's own specification of a journal as one test. */
class FileJournalTckTest {

  /** As many tests has Pekko 1.7 for a journal without metadata: none may go missing unseen. */
  private static final int TESTS = 16;

  private static final class Specification extends JavaJournalSpec {

    Specification(Config config) {
      super(config);
    }

    @Override
    public CapabilityFlag supportsRejectingNonSerializableObjects() {
      return CapabilityFlag.on();
    }
  }

  @TempDir private Path directory;

  @Test
  void theJournalDoesWhatPekkoAsksOfAJournal() {
    assertThat(Tck.passed(new Specification(config()))).hasSize(TESTS);
  }

  private Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "pekko.persistence.journal.plugin",
                "stockpot.coordinator.journal",
                "stockpot.coordinator.journal.directory",
                directory.toString(),
                "pekko.loglevel",
                "OFF",
                "pekko.stdout-loglevel",
                "OFF"))
        .withFallback(ConfigFactory.load());
  }
}
