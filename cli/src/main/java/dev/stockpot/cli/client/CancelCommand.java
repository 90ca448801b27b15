package dev.stockpot.cli.client;

import dev.stockpot.cli.ExitCode;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot cancel}. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Cancel a job. What it merged is kept; 'retry' goes on with it.")
public final class CancelCommand implements Callable<Integer> {

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
    String path = "/v1/jobs/" + ClientOptions.checkedId(id) + "/cancel";
    try (Api api = client.connect()) {
      Api.Reply<JobView> job = api.post(path, JobView.class);
      out.println(
          client.json()
              ? ApiJson.text(job.json())
              : "job " + id + ": " + Table.word(job.value().status()));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
