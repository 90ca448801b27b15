package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.plan.OutputDtypes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Gives the output's tensors their dtypes, and tells of those that a plan's {@code dtype} narrows
 * although most of the model was narrower before: routers, norms and frequencies that are kept in
 * F32 on purpose.
 */
final class Narrowing {
  private final OutputDtypes dtypes;
  private final Map<Dtype, List<String>> narrowed = new EnumMap<>(Dtype.class);
  private final Map<Dtype, Long> bytes = new EnumMap<>(Dtype.class);
  private final List<String> unmatched;

  Narrowing(OutputDtypes dtypes) {
    this.dtypes = dtypes;
    this.unmatched = new ArrayList<>(dtypes.keepFloat32());
  }

  /**
   * The dtype of a tensor in the output.
   *
   * @param own in the inputs, or where they differ the narrowest that holds all
   */
  Dtype of(String tensor, Dtype own, long elements) {
    Dtype output = dtypes.of(tensor, own);
    bytes.merge(own, elements * own.bytes(), Long::sum);
    if (own == Dtype.F32) {
      unmatched.removeIf(pattern -> OutputDtypes.matches(pattern, tensor));
    }
    if (output.bytes() < own.bytes()) {
      narrowed.computeIfAbsent(own, _ -> new ArrayList<>()).add(tensor);
    }
    return output;
  }

  /** Says what there is to say when all tensors have their dtypes. */
  void tell(String plan, PlanningNotes notes) {
    for (String pattern : unmatched) {
      notes.problem(
          Problem.inFile(
              plan,
              "keep_float32: no F32 tensor of the models matches %s; correct or remove it"
                  .formatted(Printable.quoted(pattern))));
    }
    Dtype most = majority();
    narrowed.forEach((own, tensors) -> {
      if (own.bytes() > most.bytes()) {
        String message =
            "%s in the models, which are %s for the most part, and rounded to %s as 'dtype' says%s"
                .formatted(
                    own,
                    most,
                    dtypes.dtype().orElseThrow(),
                    own == Dtype.F32
                        ? "; 'keep_float32' in the plan keeps those that its patterns match"
                        : "");
        tensors.forEach(tensor -> notes.warning(new Problem(plan, tensor, message)));
      }
    });
  }

  private Dtype majority() {
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(Dtype.F32);
  }
}
