package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show all that is known of a job.")
public final class StatusCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
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
