package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.Patience;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot watch}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Follow a job to its end, or all jobs until Ctrl-C: on a terminal with the rates, and who does"
          + " what.",
      "",
      "With a job, exits with its result, and prints the result's path.",
      ""
    })
public final class WatchCommand implements Callable<Integer> {

  private static final long INTERVAL_MILLIS = 1000;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "The job. Default: all.")
  private @Nullable String id;

  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final FollowOptions follow = new FollowOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Api api = client.connect()) {
      return id == null
          ? watchAll(api, out, err)
          : watch(ClientOptions.checkedId(id), api, out, err);
    }
  }

  private int watch(String id, Api api, PrintWriter out, PrintWriter err) {
    JobListener listener =
        client.json()
            ? new FollowJson(out, err)
            : new FollowText(new ProgressWriter(err, Terminal.here().err()));
    JobFollower follower = new JobFollower(api, follow.patience(listener::onNotice), listener);
    return new FollowedJob(id, out, err).toEnd(follower, client.json());
  }

  private int watchAll(Api api, PrintWriter out, PrintWriter err) throws InterruptedException {
    Terminal terminal = Terminal.here();
    JobBoard board =
        client.json()
            ? new JobBoard.Json(out)
            : terminal.out()
                ? new JobBoard.Screen(out, terminal, above(api, terminal))
                : new JobBoard.Lines(out);
    Patience patience =
        follow.patience(text -> {
          err.println(text);
          err.flush();
        });
    CountDownLatch never = new CountDownLatch(1);
    do {
      Api.Reply<JobView[]> jobs = patience.ask(() -> api.get("/v1/jobs", JobView[].class));
      board.show(jobs.value(), jobs.json());
    } while (!never.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
    return ExitCode.DONE;
  }

  /** How fast it goes, and the timeline of the first job that runs, in a third of the screen. */
  private static Function<JobView[], List<String>> above(Api api, Terminal terminal) {
    LiveRows overview = new LiveRows("/v1/views/overview");
    Map<String, LiveRows> timelines = new HashMap<>();
    return jobs -> {
      List<String> lines =
          new ArrayList<>(LiveText.overview(overview.ask(api), terminal.columns()));
      Optional<String> running =
          Arrays.stream(jobs)
              .filter(job -> job.status() == JobStatus.RUNNING)
              .map(JobView::id)
              .findFirst();
      timelines.keySet().retainAll(running.stream().toList());
      running.ifPresent(job -> {
        LiveRows rows =
            timelines.computeIfAbsent(job, _ -> new LiveRows("/v1/jobs/" + job + "/view"));
        List<String> timeline =
            LiveText.timeline(rows.ask(api), terminal.columns(), terminal.rows() / 3);
        if (!timeline.isEmpty()) {
          lines.add(job);
          lines.addAll(timeline);
        }
      });
      // A line that the terminal breaks would count as one and take two.
      lines.replaceAll(line -> line.substring(0, Math.min(line.length(), terminal.columns())));
      if (!lines.isEmpty()) {
        lines.add("");
      }
      return lines;
    };
  }
}
