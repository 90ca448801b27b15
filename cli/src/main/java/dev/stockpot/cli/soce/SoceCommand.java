package dev.stockpot.cli.soce;

import dev.stockpot.cli.console.CliCommand;
import picocli.CommandLine.Command;

/** {@code stockpot soce}. */
@Command(
    name = "soce",
    mixinStandardHelpOptions = true,
    description = "Soup of Category Experts: from a table of scores to the best soup.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {SoceAnalyzeCommand.class, SoceSearchCommand.class})
public final class SoceCommand extends CliCommand {

  @Override
  public Integer call() {
    throw wrong("name a command of 'soce'");
  }
}
