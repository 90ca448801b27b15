package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One merge from its plan to its output: a {@link JournaledMerge}, and what is to be said and
 * tidied up when its journal fails it.
 */
public final class MergeJob {

  private static final int MOST_OF_ID = 100;

  /** What a job understands. */
  public sealed interface Command {}

  /**
   * Stop. What blocks just now comes to its end first; an output that is being put into its place
   * is finished instead.
   *
   * @param discard whether what is merged so far is of no use any more
   */
  public record Cancel(boolean discard) implements Command {}

  private MergeJob() {}

  /**
   * A job that begins, or goes on, at once. It stops after it has told its end.
   *
   * @param tenure under which the output is put into its place
   * @param access opened and closed with the job's run
   * @param follower hears of all that happens; the last is a {@link JobUpdate.End}
   */
  public static Behavior<Command> create(
      MergeOrder order,
      CoordinatorSettings settings,
      ActorRef<LeaseDesk.Command> desk,
      Tenure tenure,
      DataAccess access,
      ActorRef<JobUpdate> follower) {
    return Behaviors.setup(context -> {
      // Receipts, leases and late writers of another run must not pass for this one's.
      String run = runOf(order);
      ActorRef<JournaledMerge.Message> merge =
          context.spawn(
              JournaledMerge.create(
                  run,
                  order,
                  settings.journal(),
                  desk,
                  new JobWork(order, tenure, access, run),
                  settings.filePatience(),
                  follower),
              "merge");
      context.watch(merge);
      return Behaviors.receive(Command.class)
          .onMessage(
              Cancel.class,
              cancel -> {
                merge.tell(new JournaledMerge.Cancelled(cancel.discard()));
                return Behaviors.same();
              })
          .onSignal(
              ChildFailed.class,
              failed -> {
                access.close(run);
                follower.tell(
                    new JobUpdate.Failed(
                        StepFailure.ofJournal(failed.getCause()),
                        Optional.of(order.staging().root())));
                return Behaviors.stopped();
              })
          .onSignal(Terminated.class, _ -> Behaviors.stopped())
          .build();
    });
  }

  /** Names the job, so that workers' logs do; and is a segment of the data plane's addresses. */
  private static String runOf(MergeOrder order) {
    String id = order.id().replaceAll("[^A-Za-z0-9._-]", ".");
    String unlike = UUID.randomUUID().toString().replace("-", "");
    return id.substring(0, Math.min(id.length(), MOST_OF_ID)) + "." + unlike.substring(0, 16);
  }
}
