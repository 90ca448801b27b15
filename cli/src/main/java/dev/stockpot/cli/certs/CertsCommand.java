package dev.stockpot.cli.certs;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
public final class CertsCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command of 'certs'");
  }
}
