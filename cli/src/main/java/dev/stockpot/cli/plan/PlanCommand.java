package dev.stockpot.cli.plan;

import dev.stockpot.cli.console.CliCommand;
import picocli.CommandLine.Command;

/** {@code stockpot plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Check plans, and help to write them.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {PlanValidateCommand.class, PlanSchemaCommand.class})
public final class PlanCommand extends CliCommand {

  @Override
  public Integer call() {
    throw wrong("name a command of 'plan'");
  }
}
