package dev.stockpot.cli;

import picocli.CommandLine;

/** The commands and options of this release, for tests in other packages. */
public final class CommandModel {

  private CommandModel() {}

  public static CommandLine root() {
    return Main.commandLine();
  }
}
