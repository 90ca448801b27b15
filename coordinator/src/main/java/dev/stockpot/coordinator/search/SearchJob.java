package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.job.StepFailure;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One search from its plan to the best soup: a {@link JournaledSearch}, and what is to be said when
 * its journal fails it.
 */
public final class SearchJob {

  /** What a search understands. */
  public sealed interface Command {}

  /**
   * Stop. Evaluators are ended; what blocks just now comes to its end first.
   *
   * @param discard whether what is recorded so far is of no use any more
   */
  public record Cancel(boolean discard) implements Command {}

  private SearchJob() {}

  /**
   * A search that begins, or goes on, at once. It stops after it has told its end.
   *
   * @param settings with the journal in which it records evaluations
   * @param merges starts the merges of its candidates
   * @param permission which evaluators may run on this node
   * @param tenure under which the output is put into its place
   * @param follower hears of all that happens; the last is a {@link SearchUpdate.End}
   */
  public static Behavior<Command> create(
      SearchOrder order,
      CoordinatorSettings settings,
      MergeStarter merges,
      EvaluatorPermission permission,
      Tenure tenure,
      ActorRef<SearchUpdate> follower) {
    return Behaviors.setup(context -> {
      SearchFiles files = new SearchFiles(order);
      ActorRef<JournaledSearch.Message> search =
          context.spawn(
              JournaledSearch.create(
                  order,
                  settings.journal(),
                  merges,
                  files,
                  new SearchWork(order, permission, tenure, files),
                  settings.filePatience(),
                  follower),
              "search");
      context.watch(search);
      return Behaviors.receive(Command.class)
          .onMessage(
              Cancel.class,
              cancel -> {
                search.tell(new JournaledSearch.Cancelled(cancel.discard()));
                return Behaviors.same();
              })
          .onSignal(
              ChildFailed.class,
              failed -> {
                follower.tell(
                    new SearchUpdate.Failed(
                        StepFailure.ofJournal(failed.getCause()),
                        Optional.of(order.staging().root())));
                return Behaviors.stopped();
              })
          .onSignal(Terminated.class, _ -> Behaviors.stopped())
          .build();
    });
  }
}
