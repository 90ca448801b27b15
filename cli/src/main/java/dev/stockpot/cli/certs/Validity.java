package dev.stockpot.cli.certs;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How long a certificate is valid. */
final class Validity {
  private static final int MOST_DAYS = 36_500;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "Days that it is valid. Default: 3650 for a CA, 825 for a node.")
  private Optional<Integer> days = Optional.empty();

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** What the user says, or else this. */
  int days(int otherwise) {
    int chosen = days.orElse(otherwise);
    if (chosen < 1 || chosen > MOST_DAYS) {
      throw new ParameterException(
          spec.commandLine(), "--days " + chosen + ": give 1 to " + MOST_DAYS);
    }
    return chosen;
  }
}
