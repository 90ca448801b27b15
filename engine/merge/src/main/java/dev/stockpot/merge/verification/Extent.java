package dev.stockpot.merge.verification;

/** How much of an output's tensors is made again from the inputs. */
public sealed interface Extent {

  /** Nothing: only checksums are compared. */
  record ChecksumsOnly() implements Extent {}

  /** So many tensors, spread over the model; see {@link TensorSample}. */
  record Sample(int tensors) implements Extent {}

  record All() implements Extent {}
}
