package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.Addresses;
import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.client.api.Token;
import dev.stockpot.cli.client.api.Trust;
import dev.stockpot.cli.settings.UserFiles;
import dev.stockpot.protocol.api.JobSubmission;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that talks to a coordinator. */
final class ClientOptions {

  private static final String TOKEN_FILE = "--token-file";

  @Option(
      names = "--coordinator",
      paramLabel = "URL",
      split = ",",
      defaultValue = "http://127.0.0.1:7625",
      description =
          "The coordinator's address; several, with commas between, are tried in order. Default:"
              + " ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<String> addresses;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Certificates (PEM) of the authorities to trust for https. Default: the JDK's.")
  private @Nullable Path ca;

  @Option(
      names = TOKEN_FILE,
      paramLabel = "FILE",
      description =
          "File with the access token. Default: the environment's STOCKPOT_TOKEN, else"
              + " ~/.config/stockpot/token.")
  private @Nullable Path tokenFile;

  @Option(names = "--json", description = "Print JSON, one object per line where they come singly.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  boolean json() {
    return json;
  }

  Api connect() {
    Optional<Path> named =
        Optional.ofNullable(tokenFile)
            .filter(_ -> spec.commandLine().getParseResult().hasMatchedOption(TOKEN_FILE));
    Path usual = tokenFile != null ? tokenFile : UserFiles.named("token");
    return new Api(
        Addresses.parse(addresses), Token.find(named, usual), new Trust(Optional.ofNullable(ca)));
  }

  /** The id, if it can be one: it becomes part of an address. */
  static String checkedId(String id) {
    if (!id.matches(JobSubmission.ID_PATTERN)) {
      throw new ClientException.Unusable(
          "'%s' cannot be a job's id: small letters, digits, '.', '_' and '-', at most 63"
              .formatted(Printable.line(id)));
    }
    return id;
  }
}
