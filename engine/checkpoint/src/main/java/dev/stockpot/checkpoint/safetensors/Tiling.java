package dev.stockpot.checkpoint.safetensors;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import java.util.List;

/** The rule that a file's tensors cover its data section, without holes and without overlaps. */
final class Tiling {
  private final String file;
  private final ProblemList problems;

  Tiling(String file, ProblemList problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * Notes every break of the rule.
   *
   * @param tensors by ascending offset
   * @param dataBytes bytes of the file after its header
   */
  void check(List<TensorHeader> tensors, long dataBytes) {
    long covered = 0;
    String last = "";
    for (TensorHeader tensor : tensors) {
      if (tensor.begin() > covered) {
        note(
            tensor,
            "starts at byte %d of the data, but only %d bytes lie before it: a hole of %d bytes"
                .formatted(tensor.begin(), covered, tensor.begin() - covered));
      } else if (tensor.begin() < covered) {
        note(
            tensor,
            "starts at byte %d of the data, inside tensor %s, which ends at byte %d"
                .formatted(tensor.begin(), Printable.quoted(last), covered));
      }
      if (tensor.end() >= covered) {
        covered = tensor.end();
        last = tensor.name();
      }
    }
    if (dataBytes < covered) {
      problems.add(
          Problem.inFile(
              file,
              ("the file is truncated: its header describes %d bytes of tensors, the file has %d;"
                      + " download it again")
                  .formatted(covered, dataBytes)));
    } else if (dataBytes > covered) {
      problems.add(
          Problem.inFile(
              file,
              ("the file has %d bytes after its last tensor: its header describes %d bytes of"
                      + " tensors, the file has %d; download it again")
                  .formatted(dataBytes - covered, covered, dataBytes)));
    }
  }

  private void note(TensorHeader tensor, String message) {
    problems.add(new Problem(file, tensor.name(), message + HeaderParser.CURE));
  }
}
