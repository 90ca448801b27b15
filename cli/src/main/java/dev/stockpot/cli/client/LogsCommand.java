package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.Ages;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code stockpot logs}. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Print what happened to a job.")
public final class LogsCommand extends CliCommand {

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens, to the job's end.")
  private boolean following;

  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final FollowOptions follow = new FollowOptions();

  @Override
  public Integer call() {
    String path = "/v1/jobs/" + ClientOptions.checkedId(id) + "/logs";
    Printer printer = new Printer(out(), err());
    try (Api api = client.connect()) {
      if (following) {
        new JobFollower(api, follow.patience(printer::onNotice), printer).follow(id);
      } else {
        Api.Reply<LogLine[]> lines = api.get(path, LogLine[].class);
        for (int i = 0; i < lines.value().length; i++) {
          printer.onLog(lines.value()[i], lines.json().get(i));
        }
      }
    }
    return ExitCode.DONE;
  }

  private final class Printer implements JobListener {
    private final PrintWriter out;
    private final PrintWriter err;

    Printer(PrintWriter out, PrintWriter err) {
      this.out = out;
      this.err = err;
    }

    @Override
    public void onJob(JobView job, JsonNode json) {}

    @Override
    public void onLog(LogLine line, JsonNode json) {
      out.println(client.json() ? ApiJson.text(json) : text(line));
      out.flush();
    }

    private static String text(LogLine line) {
      String head = "%s %-7s ".formatted(Ages.clock(line.time()), line.level());
      return head + Printable.indented(line.message(), head.length());
    }

    @Override
    public void onNotice(String text) {
      err.println(text);
      err.flush();
    }
  }
}
