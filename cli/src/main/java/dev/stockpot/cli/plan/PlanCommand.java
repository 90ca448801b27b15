package dev.stockpot.cli.plan;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stockpot plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Check plans, and help to write them.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {PlanValidateCommand.class, PlanSchemaCommand.class})
public final class PlanCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command of 'plan'");
  }
}
