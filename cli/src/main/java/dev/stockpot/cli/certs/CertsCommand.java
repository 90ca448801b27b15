package dev.stockpot.cli.certs;

import dev.stockpot.cli.console.CliCommand;
import picocli.CommandLine.Command;

/** {@code stockpot certs}. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    description = {
      "Make certificates for a cluster's mutual TLS.",
      "",
      "For development, and for clusters whose machines you all run yourself. Where your organisation"
          + " has a CA, let that one issue them.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {CertsCaCommand.class, CertsNodeCommand.class})
public final class CertsCommand extends CliCommand {

  @Override
  public Integer call() {
    throw wrong("name a command of 'certs'");
  }
}
