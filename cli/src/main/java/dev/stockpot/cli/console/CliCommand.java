package dev.stockpot.cli.console;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command: where it writes, and how it refuses its arguments. */
public abstract class CliCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** The command line that named this command. */
  protected final CommandLine commandLine() {
    return spec.commandLine();
  }

  protected final PrintWriter out() {
    return commandLine().getOut();
  }

  protected final PrintWriter err() {
    return commandLine().getErr();
  }

  /** That the usage is wrong. */
  protected final ParameterException wrong(String message) {
    return new ParameterException(commandLine(), message);
  }
}
