package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stockpot list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the jobs that the coordinator knows, the latest first.")
public final class ListCommand extends CliCommand {

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      split = ",",
      description = "Only jobs that are one of these: ${COMPLETION-CANDIDATES}.")
  private @Nullable List<JobStatus> statuses;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print only ids.")
  private boolean quiet;

  @Mixin private final ClientOptions client = new ClientOptions();

  @Override
  public Integer call() {
    PrintWriter out = out();
    try (Api api = client.connect()) {
      Api.Reply<JobView[]> jobs = api.get("/v1/jobs" + query(), JobView[].class);
      if (client.json()) {
        out.println(ApiJson.text(jobs.json()));
      } else if (quiet) {
        List.of(jobs.value()).forEach(job -> out.println(Printable.line(job.id())));
      } else {
        JobText.table(List.of(jobs.value()), Instant.now())
            .lines(Terminal.here())
            .forEach(out::println);
      }
    }
    out.flush();
    return ExitCode.DONE;
  }

  private String query() {
    return statuses == null
        ? ""
        : statuses.stream().map(JobText::word).collect(Collectors.joining(",", "?status=", ""));
  }
}
