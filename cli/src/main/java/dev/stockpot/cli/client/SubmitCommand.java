package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.client.api.Patience;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code stockpot submit}. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Give a plan to a coordinator, and follow the job to its end.",
      "",
      "The plan's paths are those of the coordinator and its workers. The last line of standard"
          + " output is the result's path. Ctrl-C stops following; the job goes on.",
      ""
    },
    footer = {"", "Exit status: the job's, as that of merge; 3 if no coordinator answers."})
public final class SubmitCommand extends CliCommand {

  private static final int OK = 200;

  @Parameters(
      paramLabel = "PLAN",
      description = "The plan, a YAML file; - reads standard input. May hold several, after '---'.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path planFile;

  @Option(
      names = "--id",
      description =
          "The job's name. The same plan with the same name is one job, however often it is"
              + " submitted. Default: made from the plan's file name.")
  private @Nullable String id;

  @Option(
      names = "--priority",
      paramLabel = "N",
      defaultValue = "0",
      description = "Higher goes first. Default: ${DEFAULT-VALUE}.")
  private int priority;

  @Option(names = "--force", description = "Replace an output that exists.")
  private boolean force;

  @Option(names = "--no-wait", description = "Print the job's id, and do not follow it.")
  private boolean noWait;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print only the result's path, and errors.")
  private boolean quiet;

  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final FollowOptions follow = new FollowOptions();

  @Override
  public Integer call() throws IOException {
    SubmittedPlan plan = SubmittedPlan.read(planFile);
    String name = id != null ? ClientOptions.checkedId(id) : plan.newId();
    PrintWriter out = out();
    PrintWriter err = err();
    JobListener listener = listener(out, err);
    Patience patience = follow.patience(listener::onNotice);
    try (Api api = client.connect()) {
      // Asked again with the same id where the answer was lost, so it is one job in any case.
      Api.Reply<JobView> accepted =
          patience.ask(() -> api.post("/v1/jobs", submission(plan, name), JobView.class));
      if (noWait) {
        out.println(client.json() ? ApiJson.text(accepted.json()) : name);
        out.flush();
        return ExitCode.DONE;
      }
      if (accepted.status() == OK && !quiet) {
        listener.onNotice("job " + name + " is there already; following it");
      }
      return new FollowedJob(name, out, err)
          .toEnd(new JobFollower(api, patience, listener), client.json());
    }
  }

  private JobListener listener(PrintWriter out, PrintWriter err) {
    if (client.json()) {
      return new FollowJson(out, err);
    }
    return quiet ? quietly(err) : new FollowText(new ProgressWriter(err, Terminal.here().err()));
  }

  private JobSubmission submission(SubmittedPlan plan, String name) {
    return new JobSubmission(
        Optional.of(name),
        plan.text(),
        plan.directory().toString(),
        plan.source(),
        priority,
        force);
  }

  /** Tells nothing but trouble with the connection. */
  private static JobListener quietly(PrintWriter err) {
    return new JobListener() {
      @Override
      public void onJob(JobView job, JsonNode json) {}

      @Override
      public void onLog(LogLine line, JsonNode json) {}

      @Override
      public void onNotice(String text) {
        err.println(text);
        err.flush();
      }
    };
  }
}
