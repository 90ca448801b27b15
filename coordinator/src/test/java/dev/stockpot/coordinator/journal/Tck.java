package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.scalatest.Args;
import org.scalatest.Status;
import org.scalatest.Suite;
import org.scalatest.events.TestFailed;
import org.scalatest.events.TestPending;
import org.scalatest.events.TestSucceeded;
import scala.Option;

/** Runs what Pekko publishes for those who write plugins: suites of ScalaTest. */
final class Tck {

  private Tck() {}

  /** Names of the suite's tests, all of which must pass. */
  static List<String> passed(Suite suite) {
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
    Status status = suite.run(Option.empty(), arguments);
    assertThat(failed).isEmpty();
    assertThat(status.succeeds()).isTrue();
    return succeeded;
  }
}
