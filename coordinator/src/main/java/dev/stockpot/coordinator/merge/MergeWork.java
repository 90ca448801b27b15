package dev.stockpot.coordinator.merge;

import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagedBytes;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.staging.WrittenShards;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.NonFinitePolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The steps of one run of a merge that read and write files: they block, and never run on the
 * actor's thread.
 */
final class MergeWork {

  private final MergeOrder order;
  private final Tenure tenure;
  private final DataAccess access;
  private final String run;
  private volatile Optional<WrittenShards> written = Optional.empty();

  MergeWork(MergeOrder order, Tenure tenure, DataAccess access, String run) {
    this.order = order;
    this.tenure = tenure;
    this.access = access;
    this.run = run;
  }

  /** Ends what a commit that was stopped had begun. */
  void finishInterrupted() {
    tenure.whileHeld(() -> {
      OutputCommit.finishInterrupted(order.staging());
      return order;
    });
  }

  /**
   * What is to be done.
   *
   * @param finished whether this plan's result stands in the output's place
   * @param allocated whether an earlier run left shards for it
   */
  record Ready(PlannedMerge planned, boolean finished, boolean allocated) {}

  /**
   * Plans the merge from the inputs' headers. Writes nothing.
   *
   * @throws MergeException if the inputs do not fit together, or something else stands in the
   *     output's place
   */
  Ready plan() {
    PlannedMerge planned = MergePlanner.plan(order.plan(), order.soups(), order.series());
    boolean finished = OutputCommit.isFinished(planned);
    if (!finished) {
      OutputCommit.checkFree(order.staging(), order.replace(), "this plan's result");
    }
    return new Ready(planned, finished, !finished && order.staging().isAllocated(planned.shards()));
  }

  /**
   * Shards that tasks may be written to.
   *
   * @param spec what tasks share
   * @param revoked recorded tasks that are to be done again
   */
  record Opened(PlannedMerge planned, MergeSpec spec, List<Integer> revoked) {}

  /** Creates the shards, with room for every byte, and opens them. */
  Opened allocate(PlannedMerge planned) {
    order.staging().allocate(planned.shards());
    return open(planned, List.of());
  }

  /**
   * Mends the headers of shards that an earlier run left, and opens them. Recorded tasks are to be
   * done again if their bytes changed, or if they hold NaN or infinity, which this run's plan
   * forbids and whose place is to be told.
   */
  Opened goOn(PlannedMerge planned, Collection<Receipt> receipts) {
    return open(planned, checkStaged(planned, receipts));
  }

  private List<Integer> checkStaged(PlannedMerge planned, Collection<Receipt> receipts) {
    StagingArea staging = order.staging();
    staging.restoreHeaders(planned.shards());
    Predicate<Receipt> forbidden =
        receipt -> planned.plan().nonFinite() == NonFinitePolicy.FAIL && !receipt.allFinite();
    List<Integer> mismatches =
        StagedBytes.mismatches(
            staging.shards(), planned, receipts.stream().filter(forbidden.negate()).toList());
    return Stream.concat(
            receipts.stream().filter(forbidden).map(Receipt::task), mismatches.stream())
        .toList();
  }

  private Opened open(PlannedMerge planned, List<Integer> revoked) {
    StagingArea staging = order.staging();
    MergeSpec spec = planned.spec(run, staging.shards(), staging.writeToken());
    written = Optional.of(WrittenShards.begin(planned, staging.shards(), spec.stagingToken()));
    access.open(run, planned, staging.shards());
    return new Opened(planned, spec, revoked);
  }

  /** Nobody reads or writes the merge's files through this process any more. */
  void close() {
    access.close(run);
  }

  /**
   * Puts the output into its place and deletes the staging area.
   *
   * @return one for each soup
   * @throws MergeException if this process may not coordinate any more, among other reasons
   */
  List<Manifest> commit(PlannedMerge planned, Collection<Receipt> receipts) {
    List<Manifest> manifests = Provenance.manifests(planned, receipts);
    return tenure.whileHeld(() -> {
      new OutputCommit(order.staging(), planned, order.replace())
          .of(written.orElseThrow())
          .commit(manifests);
      order.staging().delete();
      return manifests;
    });
  }
}
