package dev.stockpot.merge.verification;

import dev.stockpot.checkpoint.problem.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * What a verification found.
 *
 * @param tensors of the output, by its manifest
 * @param matching tensors whose checksum is the manifest's
 * @param bytes of the output's tensors that were read for that
 * @param recomputed tensors that were made again and have the same bytes
 * @param problems what is wrong, each with its file and tensor
 * @param unsettled why tensors could not be made again at all; empty if they were, or need not be
 * @param notes what is odd and proves nothing
 */
public record VerifyReport(
    Path output,
    Extent extent,
    int tensors,
    int matching,
    long bytes,
    int recomputed,
    List<Problem> problems,
    List<String> unsettled,
    List<String> notes) {

  public VerifyReport {
    problems = List.copyOf(problems);
    unsettled = List.copyOf(unsettled);
    notes = List.copyOf(notes);
  }

  /** Whether all that was asked for was checked, and nothing differs. */
  public boolean passed() {
    return problems.isEmpty() && unsettled.isEmpty();
  }

  /** How much of an output's tensors is made again from the inputs. */
  public sealed interface Extent {

    /** Nothing: only checksums are compared. */
    record ChecksumsOnly() implements Extent {}

    /** So many tensors, spread over the model; see {@link TensorSample}. */
    record Sample(int tensors) implements Extent {}

    record All() implements Extent {}
  }
}
