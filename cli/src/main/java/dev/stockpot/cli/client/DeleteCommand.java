package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stockpot delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = {
      "Forget a job that has ended, and its log.",
      "",
      "Files stay as they are: its output, and for one that failed or was cancelled what it merged,"
          + " with which the same plan goes on.",
      ""
    })
public final class DeleteCommand extends CliCommand {

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    PrintWriter out = out();
    String path = "/v1/jobs/" + ClientOptions.checkedId(id);
    try (Api api = client.connect()) {
      Api.Reply<JobView> job = api.delete(path, JobView.class);
      out.println(client.json() ? ApiJson.text(job.json()) : "job " + id + ": deleted");
    }
    out.flush();
    return ExitCode.DONE;
  }
}
