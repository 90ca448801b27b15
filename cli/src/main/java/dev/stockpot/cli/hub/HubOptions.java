package dev.stockpot.cli.hub;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.HubToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that asks the hub; all else is in huggingface_hub's variables. */
public final class HubOptions {

  private static final int LONGEST_TOKEN = 1 << 16;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the hub's token. Default: HF_TOKEN, HF_TOKEN_PATH, or what 'hf auth login' kept.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Connections at a time. Default: ${DEFAULT-VALUE}.",
      defaultValue = "" + HubSettings.USUAL_CONNECTIONS)
  private int connections;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      description = "Bytes a second at most, such as 20MB. Default: no limit.")
  private @Nullable String limitRate;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** What the environment and the options say together. */
  public HubSettings settings() {
    if (connections < 1 || connections > 64) {
      throw wrong("--connections is from 1 to 64");
    }
    HubSettings settings =
        HubSettings.from(System.getenv(), Path.of(System.getProperty("user.home")))
            .withConnections(connections);
    if (limitRate != null) {
      settings =
          settings.withBytesPerSecond(
              Sizes.parse(limitRate.replaceFirst("/s$", ""))
                  .filter(bytes -> bytes > 0)
                  .orElseThrow(() -> wrong("--limit-rate is a size such as 20MB")));
    }
    return tokenFile == null ? settings : settings.withToken(token(tokenFile));
  }

  private static HubToken token(Path file) {
    try {
      return HubToken.of(
          new String(RegularFiles.bytes(file, LONGEST_TOKEN), StandardCharsets.UTF_8),
          file.toString());
    } catch (IOException e) {
      throw new HubException(
          HubException.Kind.REFUSED, "--token-file: " + file + ": " + FileErrors.reason(e), e);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
