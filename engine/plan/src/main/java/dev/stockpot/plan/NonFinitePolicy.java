package dev.stockpot.plan;

/** What a NaN or an infinity in the merged tensors means for the job. */
public enum NonFinitePolicy {
  /** The job fails and names the tensor. */
  FAIL,
  /** The job goes on; the report counts them. */
  WARN
}
