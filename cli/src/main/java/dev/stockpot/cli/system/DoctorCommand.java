package dev.stockpot.cli.system;

import com.typesafe.config.ConfigException;
import dev.stockpot.cli.client.api.Token;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.settings.UserFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Check whether merges will work here, and say what to do.",
      "",
      "Looks at Java, memory, devices, and the directories that outputs go to; writes a little into"
          + " each of those, and removes it. For a node of a cluster also at its names, ports,"
          + " certificates and directories, and at the coordinator and its clock.",
      ""
    },
    footer = {"", "Exit status: 0 nothing fails, 1 something does."})
public final class DoctorCommand extends CliCommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "PATH",
      description = "Directories for outputs. Default: the current one.")
  private @Nullable List<Path> paths;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A node's configuration: coordinator.conf or worker.conf.")
  private @Nullable Path config;

  @Option(
      names = "--coordinator",
      split = ",",
      paramLabel = "URL",
      description = "Addresses of coordinators to ask, for example https://host:7625.")
  private @Nullable List<String> coordinators;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Certificates (PEM) to trust for https. Default: those that Java trusts.")
  private @Nullable Path ca;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the access token to try. Default: the environment's STOCKPOT_TOKEN, else"
              + " ~/.config/stockpot/token.")
  private @Nullable Path tokenFile;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    List<Check> checks = new ArrayList<>(JvmChecks.all());
    Objects.requireNonNullElse(paths, List.of(Path.of("")))
        .forEach(path -> checks.addAll(DirectoryChecks.of(path)));
    if (config != null) {
      checks.addAll(NodeChecks.of(config));
    }
    Optional<Path> trusted = Optional.ofNullable(ca);
    Objects.requireNonNullElse(coordinators, List.<String>of())
        .forEach(url -> checks.addAll(CoordinatorChecks.of(url, trusted, cluster(), token())));
    boolean fails = checks.stream().anyMatch(check -> check.status() == Check.Status.FAIL);
    PrintWriter out = out();
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("ok", !fails);
      all.put("checks", checks.stream().map(DoctorCommand::json).toList());
      out.println(JsonMapper.shared().writeValueAsString(all));
    } else {
      checks.forEach(check -> out.println(line(check)));
    }
    out.flush();
    return fails ? ExitCode.FAILED : ExitCode.DONE;
  }

  /** The node's, if a node's settings are looked at and can be read. */
  private Optional<String> cluster() {
    try {
      return Optional.ofNullable(config).map(file -> NodeFile.read(file).name());
    } catch (ConfigException _) {
      // Told already.
      return Optional.empty();
    }
  }

  private Optional<Token> token() {
    return Optional.of(Token.find(Optional.ofNullable(tokenFile), UserFiles.named("token")));
  }

  static String line(Check check) {
    String line = "%-4s  %s: %s".formatted(check.status().label(), check.subject(), check.found());
    return check.cure().isEmpty() ? line : line + "\n        " + check.cure();
  }

  private static Map<String, Object> json(Check check) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", check.status().label().toLowerCase(Locale.ROOT));
    json.put("subject", check.subject());
    json.put("found", check.found());
    json.put("cure", check.cure());
    return json;
  }
}
