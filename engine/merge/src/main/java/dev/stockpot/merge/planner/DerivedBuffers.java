package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Leaves out what models compute from their config when they are loaded, and some releases of
 * transformers store, where not every checkpoint has it: no weight is lost with it.
 */
final class DerivedBuffers {
  private static final Pattern NAMES =
      Pattern.compile(
          "(.*\\.)?(rotary_emb\\.(inv_freq|original_inv_freq|cos_cached|sin_cached)"
              + "|rotary_pos_emb\\.inv_freq|position_ids|token_type_ids|masked_bias)");

  /** A causal mask under the name of a bias: square, below two dimensions of one. */
  private static final Pattern MASKS = Pattern.compile("(.*\\.)?(attn|attention)\\.bias");

  private final PlanningNotes notes;

  DerivedBuffers(PlanningNotes notes) {
    this.notes = notes;
  }

  /** The ingredients without those that some of them lack. */
  List<Ingredient> leaveOut(List<Ingredient> all) {
    SequencedSet<String> left = new LinkedHashSet<>();
    for (Ingredient each : all) {
      for (String name : each.names()) {
        if (all.stream().anyMatch(other -> !other.names().contains(name))
            && isDerived(name, each.tensor(name).orElseThrow())) {
          left.add(name);
        }
      }
    }
    if (left.isEmpty()) {
      return all;
    }
    for (String name : left) {
      String with =
          all.stream()
              .filter(each -> each.tensor(name).isPresent())
              .map(Ingredient::reference)
              .collect(Collectors.joining(", "));
      notes.warning(
          new Problem(
              with, name, "left out: models compute it when they are loaded, and not all have it"));
    }
    return all.stream().map(each -> each.without(left)).toList();
  }

  private static boolean isDerived(String name, TensorHeader tensor) {
    return NAMES.matcher(name).matches()
        || (MASKS.matcher(name).matches() && isMask(tensor.shape()));
  }

  private static boolean isMask(List<Long> shape) {
    return shape.size() == 4
        && shape.get(0) == 1
        && shape.get(1) == 1
        && shape.get(2).equals(shape.get(3));
  }
}
