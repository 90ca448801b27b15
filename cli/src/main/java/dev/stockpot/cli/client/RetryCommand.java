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

/** {@code stockpot retry}. */
@Command(
    name = "retry",
    mixinStandardHelpOptions = true,
    description = "Queue a failed or cancelled job again. What it merged before is kept.")
public final class RetryCommand extends CliCommand {

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    PrintWriter out = out();
    String path = "/v1/jobs/" + ClientOptions.checkedId(id) + "/retry";
    try (Api api = client.connect()) {
      Api.Reply<JobView> job = api.post(path, JobView.class);
      out.println(
          client.json()
              ? ApiJson.text(job.json())
              : "job " + id + ": " + JobText.word(job.value().status()));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
