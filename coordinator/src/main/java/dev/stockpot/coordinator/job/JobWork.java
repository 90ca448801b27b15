package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagedBytes;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.staging.WrittenShards;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.manifest.Manifest;
import dev.stockpot.merge.plan.NonFinitePolicy;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The steps of one run of a job that read and write files: they block, and never run on the actor's
 * thread.
 */
final class JobWork {

  private final MergeOrder order;
  private final Tenure tenure;
  private final DataAccess access;
  private final String run;
  private volatile Optional<WrittenShards> written = Optional.empty();

  JobWork(MergeOrder order, Tenure tenure, DataAccess access, String run) {
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
   * Plans the merge from the inputs' headers. Writes nothing.
   *
   * @throws MergeException if the inputs do not fit together, or something else stands in the
   *     output's place
   */
  PlannedMerge plan() {
    PlannedMerge planned = MergePlanner.plan(order.plan(), order.soups(), order.series());
    if (!OutputCommit.isFinished(planned)) {
      OutputCommit.checkFree(order.staging(), order.replace(), "this plan's result");
    }
    return planned;
  }

  /** Creates the shards, with room for every byte. */
  void allocate(PlannedMerge planned) {
    order.staging().allocate(planned.shards());
  }

  /**
   * Mends the headers of shards that an earlier run left, and names the recorded tasks to do again:
   * their bytes changed, or they hold NaN or infinity, which this run's plan forbids and whose
   * place is to be told.
   */
  List<Integer> checkStaged(PlannedMerge planned, Collection<Receipt> receipts) {
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

  /** Opens the shards, which are there, to workers; what their tasks share. */
  MergeSpec open(PlannedMerge planned) {
    StagingArea staging = order.staging();
    MergeSpec spec = planned.spec(run, staging.shards(), staging.writeToken());
    written = Optional.of(WrittenShards.begin(planned, staging.shards(), spec.stagingToken()));
    access.open(run, planned, staging.shards());
    return spec;
  }

  /** Nobody reads or writes the job's files through this process any more. */
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
