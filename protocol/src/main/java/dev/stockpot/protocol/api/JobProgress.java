package dev.stockpot.protocol.api;

/**
 * How far the plan that a job is at has come.
 *
 * @param doneTasks tasks done, kept ones included
 * @param keptTasks tasks taken over from an earlier run
 * @param returnedTasks tasks given back by lost or failed leases, to be done again
 * @param doneBytes bytes of output tensors that are done
 * @param workers that work for it now
 */
public record JobProgress(
    int doneTasks,
    int tasks,
    int keptTasks,
    long returnedTasks,
    long doneBytes,
    long bytes,
    int workers) {

  public static final JobProgress NONE = new JobProgress(0, 0, 0, 0, 0, 0, 0);
}
