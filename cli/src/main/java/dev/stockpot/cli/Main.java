package dev.stockpot.cli;

import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.plan.InvalidPlanException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point: runs a command and turns what it throws into a message and an exit status. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command line; the exit status is one of {@link ExitCode}. */
  public static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Stockpot())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::onWrongUsage)
        .setExecutionExceptionHandler((failure, command, _) -> onFailure(failure, command));
  }

  private static int onWrongUsage(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("stockpot: " + wrong.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
      err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE;
  }

  private static int onFailure(Exception failure, CommandLine command) throws Exception {
    PrintWriter err = command.getErr();
    return switch (failure) {
      case InvalidPlanException invalid -> {
        err.println(invalid.getMessage());
        yield ExitCode.USAGE;
      }
      case CheckpointException broken -> {
        err.println(broken.getMessage());
        yield ExitCode.USAGE;
      }
      case MergeException known -> {
        err.println(known.getMessage());
        yield ExitCode.of(known.failure());
      }
      case NoSuchFileException missing -> {
        err.println(missing.getFile() + ": no such file");
        yield ExitCode.USAGE;
      }
      default -> throw failure;
    };
  }
}
