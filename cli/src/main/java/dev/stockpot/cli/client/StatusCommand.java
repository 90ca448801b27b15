package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stockpot status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show all that is known of a job.")
public final class StatusCommand extends CliCommand {

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    PrintWriter out = out();
    String path = "/v1/jobs/" + ClientOptions.checkedId(id);
    try (Api api = client.connect()) {
      Api.Reply<JobView> job = api.get(path, JobView.class);
      if (client.json()) {
        out.println(ApiJson.text(job.json()));
      } else {
        JobText.detail(job.value(), Instant.now()).forEach(out::println);
      }
    }
    out.flush();
    return ExitCode.DONE;
  }
}
