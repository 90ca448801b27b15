package dev.stockpot.cli.soce;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stockpot soce}. */
@Command(
    name = "soce",
    mixinStandardHelpOptions = true,
    description = "Soup of Category Experts: from a table of scores to the best soup.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {SoceAnalyzeCommand.class, SoceSearchCommand.class})
public final class SoceCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command of 'soce'");
  }
}
