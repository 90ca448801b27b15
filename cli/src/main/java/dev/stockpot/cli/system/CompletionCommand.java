package dev.stockpot.cli.system;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stockpot completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Print a script for completion in the shell.",
    footer = {
      "",
      "For this shell only:",
      "  source <(stockpot completion)",
      "For every shell to come:",
      "  echo 'source <(stockpot completion bash)' >> ~/.bashrc",
      "  echo 'source <(stockpot completion zsh)' >> ~/.zshrc"
    })
public final class CompletionCommand extends CliCommand {

  /** One script serves both: in zsh it turns on zsh's own emulation of bash's completion. */
  enum Shell {
    BASH,
    ZSH
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      defaultValue = "bash",
      description = "bash or zsh; the script works in both. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("UnusedVariable") // Keeps a wrong name from passing for a script.
  private Shell shell = Shell.BASH;

  @Override
  public Integer call() {
    CommandLine root = commandLine().getCommandSpec().root().commandLine();
    PrintWriter out = out();
    out.print(AutoComplete.bash(root.getCommandName(), root));
    out.flush();
    return ExitCode.DONE;
  }
}
