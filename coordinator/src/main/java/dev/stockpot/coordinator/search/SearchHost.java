package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.Printable;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.protocol.api.LogLine.Level;
import dev.stockpot.soce.report.SearchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * The parent of one search, which tells a job's follower of it in a job's words: candidates are its
 * tasks, and each evaluation a line of its log. Stops after the search.
 */
final class SearchHost {

  /** What a host understands. */
  sealed interface Message {}

  /** The search is to end early. */
  record Cancel() implements Message {}

  private record Update(SearchUpdate update) implements Message {}

  private final ActorRef<JobUpdate> follower;
  private final long startNanos = System.nanoTime();
  private @Nullable Search search;

  private SearchHost(ActorRef<JobUpdate> follower) {
    this.follower = follower;
  }

  static Behavior<Message> create(
      Function<ActorRef<SearchUpdate>, Behavior<SearchJob.Command>> job,
      ActorRef<JobUpdate> follower) {
    return Behaviors.setup(context -> {
      SearchHost host = new SearchHost(follower);
      ActorRef<SearchJob.Command> search =
          context.spawn(job.apply(context.messageAdapter(SearchUpdate.class, Update::new)), "job");
      context.watch(search);
      return Behaviors.receive(Message.class)
          .onMessage(
              Update.class,
              update -> {
                host.on(update.update());
                return Behaviors.same();
              })
          .onMessage(
              Cancel.class,
              _ -> {
                search.tell(new SearchJob.Cancel(false));
                return Behaviors.same();
              })
          .onSignal(Terminated.class, _ -> Behaviors.stopped())
          .build();
    });
  }

  private void on(SearchUpdate update) {
    switch (update) {
      case SearchUpdate.Started started -> {
        search = started.search();
        note(
            Level.INFO,
            "searching soups of %s: %,d candidates, %,d of which are known already"
                .formatted(
                    String.join(", ", started.search().selection().models()),
                    started.candidates(),
                    started.known()));
        progress(started.known(), started.candidates());
      }
      case SearchUpdate.Evaluated evaluated -> onEvaluated(evaluated);
      case SearchUpdate.Placed(String line) -> note(Level.INFO, line);
      case SearchUpdate.Noted(Level level, String message) -> note(level, message);
      case SearchUpdate.Merging _ -> {}
      case SearchUpdate.Finished finished -> onFinished(finished);
      case SearchUpdate.Failed(var failure, Optional<Path> resumable) ->
          follower.tell(new JobUpdate.Failed(failure, resumable));
      case SearchUpdate.Cancelled(Optional<Path> resumable) ->
          follower.tell(new JobUpdate.Cancelled(resumable));
    }
  }

  private void note(Level level, String message) {
    follower.tell(new JobUpdate.Noted(level, message));
  }

  /** This node, which evaluates, counts as the one worker. */
  private void progress(int evaluated, int candidates) {
    long bytes = search == null ? 0 : search.candidateBytes();
    follower.tell(
        new JobUpdate.Progressed(
            evaluated, candidates, evaluated * bytes, candidates * bytes, 1, 0));
  }

  private void onEvaluated(SearchUpdate.Evaluated evaluated) {
    String name = Printable.line(evaluated.name());
    switch (evaluated.outcome()) {
      case Outcome.Scored _ ->
          note(
              Level.INFO,
              evaluated.value().isPresent()
                  ? String.format(Locale.ROOT, "%s: %.4f", name, evaluated.value().getAsDouble())
                  : name + ": held out");
      case Outcome.Failed(String reason, _) ->
          note(Level.WARNING, "%s: failed: %s".formatted(name, reason));
    }
    progress(evaluated.evaluated(), evaluated.candidates());
  }

  private void onFinished(SearchUpdate.Finished finished) {
    finished
        .report()
        .flatMap(SearchReport::best)
        .ifPresent(best ->
            note(
                Level.INFO,
                "the best soup is %s; the report is in %s"
                    .formatted(Printable.line(best.name()), finished.reportDirectory())));
    int tensors = search == null ? 0 : search.planned().layout().tensors().size();
    int evaluated = finished.report().map(report -> report.entries().size()).orElse(0);
    follower.tell(
        new JobUpdate.Finished(
            new JobUpdate.Summary(
                finished.output(),
                finished.report().isEmpty(),
                tensors,
                evaluated,
                0,
                0,
                0,
                search == null ? 0 : search.candidateBytes(),
                0,
                0,
                Duration.ofNanos(System.nanoTime() - startNanos),
                StageNanos.ZERO)));
  }
}
