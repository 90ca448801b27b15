package dev.stockpot.coordinator.order;

import dev.stockpot.merge.planner.PlannedMerge;

/** What only a merge tells of itself. */
public sealed interface MergeUpdate extends JobUpdate {

  /**
   * The merge is planned and merging begins.
   *
   * @param kept tasks that an earlier run finished and whose bytes were found intact
   * @param revoked tasks that an earlier run recorded but whose bytes were not
   */
  record MergeStarted(PlannedMerge planned, int kept, int revoked) implements MergeUpdate {}

  /**
   * How far the merge is.
   *
   * @param doneTasks tasks done, kept ones included
   * @param doneBytes bytes of output tensors that are done, kept ones included
   * @param workers that hold leases of this merge
   * @param returned tasks that lost, expired or failed leases gave back so far
   */
  record MergeProgressed(
      int doneTasks, int tasks, long doneBytes, long bytes, int workers, long returned)
      implements MergeUpdate {}
}
