package dev.stockpot.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** What a command line printed and how it ended, without a process of its own. */
public record CommandRun(int exitCode, String out, String err) {

  /** Runs {@code stockpot} with these arguments. */
  public static CommandRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int exitCode =
        Main.commandLine(words)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
