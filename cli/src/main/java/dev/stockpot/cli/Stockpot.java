package dev.stockpot.cli;

import dev.stockpot.cli.certs.CertsCommand;
import dev.stockpot.cli.checkpoint.DiffCommand;
import dev.stockpot.cli.checkpoint.InspectCommand;
import dev.stockpot.cli.checkpoint.VerifyCommand;
import dev.stockpot.cli.client.CancelCommand;
import dev.stockpot.cli.client.DeleteCommand;
import dev.stockpot.cli.client.DrainCommand;
import dev.stockpot.cli.client.ListCommand;
import dev.stockpot.cli.client.LogsCommand;
import dev.stockpot.cli.client.RetryCommand;
import dev.stockpot.cli.client.StatusCommand;
import dev.stockpot.cli.client.SubmitCommand;
import dev.stockpot.cli.client.WatchCommand;
import dev.stockpot.cli.client.WorkersCommand;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.demo.DemoCommand;
import dev.stockpot.cli.hub.FetchCommand;
import dev.stockpot.cli.hub.PushCommand;
import dev.stockpot.cli.merge.MergeCommand;
import dev.stockpot.cli.node.CoordinatorRole;
import dev.stockpot.cli.node.WorkerRole;
import dev.stockpot.cli.plan.PlanCommand;
import dev.stockpot.cli.soce.SoceCommand;
import dev.stockpot.cli.system.CompletionCommand;
import dev.stockpot.cli.system.DevicesCommand;
import dev.stockpot.cli.system.DoctorCommand;
import dev.stockpot.merge.verification.StockpotVersion;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The command that holds all others. */
@Command(
    name = "stockpot",
    mixinStandardHelpOptions = true,
    versionProvider = Stockpot.class,
    description = "Merges LLM checkpoints by exact weighted averages.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Exit status: 0 done, 1 the job failed, 2 the plan or the usage is wrong,",
      "  3 no coordinator, 4 verification failed, 5 not enough disk or memory, 130 interrupted."
    })
final class Stockpot extends CliCommand implements IVersionProvider {

  /** In the order in which help lists them. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          MergeCommand.class,
          PlanCommand.class,
          SoceCommand.class,
          FetchCommand.class,
          VerifyCommand.class,
          PushCommand.class,
          InspectCommand.class,
          DiffCommand.class,
          SubmitCommand.class,
          ListCommand.class,
          StatusCommand.class,
          WatchCommand.class,
          LogsCommand.class,
          CancelCommand.class,
          RetryCommand.class,
          DeleteCommand.class,
          WorkersCommand.class,
          DrainCommand.class,
          DevicesCommand.class,
          DoctorCommand.class,
          CoordinatorRole.class,
          WorkerRole.class,
          CertsCommand.class,
          CompletionCommand.class,
          HelpCommand.class);

  /** These look at the others. */
  private static final Set<Class<?>> WITH_ALL =
      Set.of(DemoCommand.class, CompletionCommand.class, HelpCommand.class);

  /**
   * The command line for these arguments: of the commands only the one that they name, if they name
   * one. To set up all takes longer than some of them run.
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine line = new CommandLine(new Stockpot());
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(each -> arguments.length > 0 && name(each).equals(arguments[0]))
            .filter(each -> !WITH_ALL.contains(each))
            .toList();
    (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
    return line;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  @Override
  public Integer call() {
    throw wrong("name a command");
  }

  /** What {@code stockpot --version} prints. */
  @Override
  public String[] getVersion() {
    return new String[] {
      "stockpot " + StockpotVersion.current() + " (Java " + Runtime.version().feature() + ")"
    };
  }
}
