package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scalatest.Args;
import org.scalatest.Status;
import org.scalatest.events.TestFailed;
import org.scalatest.events.TestPending;
import org.scalatest.events.TestSucceeded;
import scala.Option;

/** Pekko's own specification of a journal, a ScalaTest suite, run as one test. */
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
    List<String> failed = new ArrayList<>();
    List<String> succeeded = new ArrayList<>();
    Args arguments =
        new Args(
            event -> {
              switch (event) {
                case TestFailed failure ->
                    failed.add(failure.testName() + ": " + failure.message());
                case TestPending pending -> failed.add(pending.testName() + ": pending");
                case TestSucceeded success -> succeeded.add(success.testName());
                default -> {}
              }
            },
            Args.apply$default$2(),
            Args.apply$default$3(),
            Args.apply$default$4(),
            Option.empty(),
            Args.apply$default$6(),
            Args.apply$default$7(),
            false,
            Option.empty(),
            Option.empty());
    Status status = new Specification(config()).run(Option.empty(), arguments);
    assertThat(failed).isEmpty();
    assertThat(status.succeeds()).isTrue();
    assertThat(succeeded).hasSize(TESTS);
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
