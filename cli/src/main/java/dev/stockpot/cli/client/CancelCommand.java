package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.client.api.Patience;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot cancel}. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description =
        "Cancel a job, and wait until it has ended. What it merged is kept; 'retry' goes on with it.",
    footer = {
      "",
      "Exit status: 0 cancelled, or asked to be with --no-wait; 1 it has not ended yet, or ended otherwise."
    })
public final class CancelCommand extends CliCommand {

  private static final long ASK_AGAIN_MILLIS = 200;

  @Parameters(paramLabel = "ID", description = "The job.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String id;

  @Option(names = "--no-wait", description = "Do not wait for the job's end.")
  private boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait for the job's end. Default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final FollowOptions follow = new FollowOptions();

  @Override
  public Integer call() throws InterruptedException {
    if (timeout < 0) {
      throw new ClientException.Unusable("--timeout must not be negative");
    }
    PrintWriter out = out();
    PrintWriter err = err();
    String path = "/v1/jobs/" + ClientOptions.checkedId(id);
    try (Api api = client.connect()) {
      Api.Reply<JobView> job = api.post(path + "/cancel", JobView.class);
      if (!noWait) {
        job = ended(api, path, job, err);
      }
      JobStatus status = job.value().status();
      String now = status.isTerminal() ? JobText.word(status) : "is being cancelled";
      out.println(client.json() ? ApiJson.text(job.json()) : "job " + id + ": " + now);
      out.flush();
      return noWait || status == JobStatus.CANCELLED ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  /** The job when it has ended, or when that takes too long. */
  private Api.Reply<JobView> ended(Api api, String path, Api.Reply<JobView> asked, PrintWriter err)
      throws InterruptedException {
    Patience patience =
        follow.patience(text -> {
          err.println(text);
          err.flush();
        });
    long deadline = System.nanoTime() + Duration.ofSeconds(timeout).toNanos();
    CountDownLatch never = new CountDownLatch(1);
    Api.Reply<JobView> job = asked;
    while (!job.value().status().isTerminal()
        && deadline - System.nanoTime() > 0
        && !never.await(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
      job = patience.ask(() -> api.get(path, JobView.class));
    }
    if (!job.value().status().isTerminal()) {
      err.printf(
          "job %s has not ended within %d s; 'stockpot status %s' shows when it has%n",
          id, timeout, id);
      err.flush();
    }
    return job;
  }
}
