package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.protocol.api.JobView;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** All jobs, again and again. */
sealed interface JobBoard {

  /**
   * Shows the jobs as they are now.
   *
   * @param json the same, as they came
   */
  void show(JobView[] jobs, JsonNode json);

  private static Set<String> ids(JobView[] jobs) {
    return Arrays.stream(jobs).map(JobView::id).collect(Collectors.toSet());
  }

  /** A table that is drawn over the last one; as many jobs as fit below what is above it. */
  final class Screen implements JobBoard {
    private final PrintWriter out;
    private final Terminal terminal;
    private final Function<JobView[], List<String>> above;
    private int drawn;

    Screen(PrintWriter out, Terminal terminal, Function<JobView[], List<String>> above) {
      this.out = out;
      this.terminal = terminal;
      this.above = above;
    }

    @Override
    public void show(JobView[] jobs, JsonNode json) {
      // One row for the headings, one to say what is left out, one for the cursor.
      List<String> lines = new ArrayList<>(above.apply(jobs));
      int fit = Math.min(jobs.length, Math.max(1, terminal.rows() - 3 - lines.size()));
      lines.addAll(JobText.table(List.of(jobs).subList(0, fit), Instant.now()).lines(terminal));
      StringBuilder screen = new StringBuilder();
      if (drawn > 0) {
        screen.append("\u001b[").append(drawn).append("A\r");
      }
      screen.append("\u001b[J");
      lines.forEach(line -> screen.append(line).append('\n'));
      if (fit < jobs.length) {
        screen.append("and ").append(jobs.length - fit).append(" older ones\n");
      }
      drawn = lines.size() + (fit < jobs.length ? 1 : 0);
      out.print(screen);
      out.flush();
    }
  }

  /** A line for each job that goes a step on, and for its progress every ten seconds. */
  final class Lines implements JobBoard {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final PrintWriter out;
    private final Map<String, Told> told = new HashMap<>();
    private boolean begun;

    private record Told(JobView job, long nanos) {}

    Lines(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void show(JobView[] jobs, JsonNode json) {
      long now = System.nanoTime();
      told.keySet().retainAll(ids(jobs));
      for (JobView job : jobs) {
        Told before = told.get(job.id());
        if (before == null || isNews(before, job, now)) {
          told.put(job.id(), new Told(job, now));
          if (begun || !job.status().isTerminal()) {
            out.println(JobText.line(job));
          }
        }
      }
      begun = true;
      out.flush();
    }

    private static boolean isNews(Told before, JobView job, long now) {
      return before.job().status() != job.status()
          || before.job().plan() != job.plan()
          || before.job().attempt() != job.attempt()
          || (!before.job().equals(job) && now - before.nanos() >= INTERVAL_NANOS);
    }
  }

  /** A line of JSON for each job that changed. */
  final class Json implements JobBoard {
    private final PrintWriter out;
    private final Map<String, JsonNode> last = new HashMap<>();

    Json(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void show(JobView[] jobs, JsonNode json) {
      for (int i = 0; i < jobs.length; i++) {
        JsonNode now = json.get(i);
        if (!now.equals(last.put(jobs[i].id(), now))) {
          out.println(ApiJson.text(Map.of("job", now)));
        }
      }
      last.keySet().retainAll(ids(jobs));
      out.flush();
    }
  }
}
