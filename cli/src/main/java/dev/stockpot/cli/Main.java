package dev.stockpot.cli;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.settings.UserFiles;
import dev.stockpot.demo.Evaluator.CaseException;
import dev.stockpot.hub.HubException;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.soce.SoceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point: runs a command and turns what it throws into a message and an exit status. */
public final class Main {

  /**
   * Set by the launcher when it makes a cache: the directory of the demo's checkpoints, or blank
   * for the client's.
   */
  private static final String REHEARSAL = "stockpot.rehearsal";

  private static final String MORE_MEMORY = "give it more, for example --memory 2GB";

  private Main() {}

  public static void main(String[] args) throws IOException {
    String demo = System.getProperty(REHEARSAL);
    System.exit(
        demo == null
            ? run(args)
            : Rehearsal.run(Optional.of(demo).filter(d -> !d.isBlank()).map(Path::of), Main::run));
  }

  /** Runs one command line; the exit status is one of {@link ExitCode}. */
  public static int run(String... args) {
    CommandLine command = commandLine(args);
    try {
      return command.execute(args);
    } catch (OutOfMemoryError e) {
      command.getErr().println("stockpot: out of memory (" + e.getMessage() + "); " + MORE_MEMORY);
      return ExitCode.NO_SPACE;
    }
  }

  static CommandLine commandLine(String... args) {
    return Stockpot.commandLine(args)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, UserFiles::written)
        .setParameterExceptionHandler(Main::onWrongUsage)
        .setDefaultValueProvider(new SettingDefaults())
        .setExecutionExceptionHandler((failure, command, _) -> onFailure(failure, command));
  }

  private static int onWrongUsage(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(Printable.lines("stockpot: " + wrong.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
      err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE;
  }

  private static void tell(PrintWriter err, Exception known) {
    err.println(Printable.lines(String.valueOf(known.getMessage())));
  }

  private static int onFailure(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    return switch (failure) {
      case InvalidPlanException invalid -> {
        tell(err, invalid);
        yield ExitCode.USAGE;
      }
      case CheckpointException broken -> {
        tell(err, broken);
        yield ExitCode.USAGE;
      }
      case CaseException wrong -> {
        tell(err, wrong);
        yield ExitCode.USAGE;
      }
      case SoceException refused -> {
        tell(err, refused);
        yield ExitCode.USAGE;
      }
      case MergeException known -> {
        tell(err, known);
        yield ExitCode.of(known.failure());
      }
      case ClientException client -> {
        tell(err, client);
        yield client.exitCode();
      }
      case HubException refused -> {
        tell(err, refused);
        yield ExitCode.of(refused);
      }
      case IOException io -> {
        err.println(Printable.lines(FileErrors.located(io)));
        yield io instanceof NoSuchFileException ? ExitCode.USAGE : ExitCode.FAILED;
      }
      default -> {
        err.println("stockpot: this is a bug; please report it with what follows");
        failure.printStackTrace(err);
        yield ExitCode.FAILED;
      }
    };
  }
}
