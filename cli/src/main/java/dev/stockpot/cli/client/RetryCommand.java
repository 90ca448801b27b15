package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot retry}. */
@Command(
    name = "retry",
    mixinStandardHelpOptions = true,
    description = "Queue a failed or cancelled job again. What it merged before is kept.")
public final class RetryCommand implements Callable<Integer> {

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
