package dev.stockpot.cli.certs;

import com.typesafe.config.ConfigUtil;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot certs node}. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = {
      "Make the key and the certificate of a node.",
      "",
      "One certificate serves a coordinator and the workers beside it. It names the hosts under which"
          + " others reach the node, and they look at that.",
      ""
    },
    footer = {"", "Exit status: 0 made, 2 the usage is wrong or there is one already."})
public final class CertsNodeCommand extends CliCommand {

  @Parameters(index = "0", paramLabel = "DIR", description = "What 'stockpot certs ca' made.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path directory;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "Names the node, and the directory in DIR that its files go to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--host",
      required = true,
      paramLabel = "HOST",
      description = "A name or an address of the node: its stockpot.cluster.host. Repeatable.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<String> hosts;

  @Mixin private Validity validity = new Validity();

  @Override
  public Integer call() {
    List<SubjectName> names = hosts.stream().map(this::subjectName).toList();
    Path made =
        CertificateAuthority.open(directory)
            .issue(name, names, validity.days(825))
            .toAbsolutePath();
    PrintWriter out = out();
    out.printf(
        "made the certificate of '%s' for %s in '%s'%n", name, String.join(", ", hosts), made);
    out.println("copy that directory to the node, readable only for the user that runs stockpot,");
    out.println(
        "and put this, with the paths that they have there, into its coordinator.conf or worker.conf:");
    out.println();
    out.println("stockpot.tls {");
    out.println("  key-store = " + quoted(made.resolve(CertificateAuthority.NODE_STORE)));
    out.println("  trust-store = " + quoted(made.resolve(CertificateAuthority.TRUST_STORE)));
    out.println("  password-file = " + quoted(made.resolve(CertificateAuthority.PASSWORD)));
    out.println("}");
    out.flush();
    return ExitCode.DONE;
  }

  private SubjectName subjectName(String host) {
    try {
      return SubjectName.of(host);
    } catch (IllegalArgumentException e) {
      throw wrong("--host " + host + ": " + e.getMessage());
    }
  }

  private static String quoted(Path path) {
    return ConfigUtil.quoteString(path.toString());
  }
}
