package dev.stockpot.cli.certs;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stockpot certs ca}. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = {
      "Make a CA for the nodes of one cluster.",
      "",
      "Whoever has its key can join the cluster: keep its directory to yourself, and give nodes only"
          + " what 'stockpot certs node' makes.",
      ""
    },
    footer = {"", "Exit status: 0 made, 2 there is something already."})
public final class CertsCaCommand extends CliCommand {

  @Parameters(paramLabel = "DIR", description = "Where to put it: a new or an empty directory.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path directory;

  @Mixin private Validity validity = new Validity();

  @Override
  public Integer call() {
    CertificateAuthority.create(directory, validity.days(3650));
    PrintWriter out = out();
    out.println("made a CA in '" + directory + "':");
    out.println("  ca.p12    its key: whoever has it can join the cluster");
    out.println("  password  opens ca.p12");
    out.println("  ca.pem    its certificate, for clients: --ca, STOCKPOT_CA, or curl's --cacert");
    out.println("next, for each node: stockpot certs node '" + directory + "' NAME --host HOST");
    out.flush();
    return ExitCode.DONE;
  }
}
