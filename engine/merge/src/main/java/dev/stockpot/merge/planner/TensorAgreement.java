package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.checkpoint.OutputTensor;
import dev.stockpot.checkpoint.Printable;
import dev.stockpot.checkpoint.TensorHeader;
import dev.stockpot.merge.planner.MergePlanner.Ingredient;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what becomes of every tensor of every input, or says why nothing can.
 *
 * <ul>
 *   <li>A tensor that all inputs have, in one shape and in mergeable dtypes, is merged. Its dtype
 *       is the plan's; without one it is the inputs' own, and where they differ the narrowest that
 *       holds both: F64, else F32, also for BF16 with F16.
 *   <li>One of another dtype (integers, booleans, 8-bit floats) is copied if all inputs have it in
 *       the same dtype and, as the merge finds out, the same bytes.
 *   <li>An {@code lm_head.weight} that some inputs store and others tie to their embeddings is left
 *       out if the configs of all say that it is tied, and a problem otherwise.
 *   <li>Everything else is a problem: a missing tensor, shapes that differ, a dtype that is
 *       mergeable here and not there.
 * </ul>
 */
final class TensorAgreement {

  private static final String OUTPUT_HEAD = "lm_head.weight";

  private final List<Ingredient> ingredients;
  private final Optional<Dtype> planned;
  private final List<String> problems;
  private final List<String> warnings;

  TensorAgreement(
      List<Ingredient> ingredients,
      Optional<Dtype> planned,
      List<String> problems,
      List<String> warnings) {
    this.ingredients = ingredients;
    this.planned = planned;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** The output's tensors, in the order of the first input; problems go to their list. */
  List<OutputTensor> outputs() {
    Set<String> names = new LinkedHashSet<>();
    for (Ingredient ingredient : ingredients) {
      names.addAll(ingredient.checkpoint().tensors().keySet());
    }
    List<OutputTensor> outputs = new ArrayList<>(names.size());
    for (String name : names) {
      List<Ingredient> without =
          ingredients.stream().filter(each -> each.tensor(name).isEmpty()).toList();
      if (without.isEmpty()) {
        agree(name).ifPresent(outputs::add);
      } else if (name.equals(OUTPUT_HEAD)) {
        tiedHead(without);
      } else {
        problems.add(
            "%s: missing in %s, present in %s; these checkpoints do not share an architecture"
                .formatted(Printable.text(name), names(without), names(others(without))));
      }
    }
    return outputs;
  }

  private void tiedHead(List<Ingredient> without) {
    List<Ingredient> with = others(without);
    if (ingredients.stream().allMatch(Ingredient::tied)) {
      warnings.add(
          "%s: stored in %s although every config ties it to the embeddings; left out of the output, which ties it too"
              .formatted(OUTPUT_HEAD, names(with)));
    } else {
      problems.add(
          "%s: stored in %s, but %s %s it to the embeddings (tie_word_embeddings); an average would be neither. Store the head in every checkpoint, or in none"
              .formatted(
                  OUTPUT_HEAD, names(with), names(without), without.size() == 1 ? "ties" : "tie"));
    }
  }

  private Optional<OutputTensor> agree(String name) {
    TensorHeader first = ingredients.getFirst().tensor(name).orElseThrow();
    Dtype dtype = first.dtype();
    for (Ingredient ingredient : ingredients) {
      TensorHeader tensor = ingredient.tensor(name).orElseThrow();
      if (!tensor.shape().equals(first.shape())) {
        problems.add(
            "%s: shape %s in %s, %s in %s; these checkpoints do not share an architecture"
                .formatted(
                    Printable.text(name),
                    first.shape(),
                    ingredients.getFirst().reference(),
                    tensor.shape(),
                    ingredient.reference()));
        return Optional.empty();
      }
      if (tensor.dtype() != first.dtype()
          && !(tensor.dtype().mergeable() && first.dtype().mergeable())) {
        problems.add(
            "%s: %s in %s, %s in %s; only BF16, F16, F32 and F64 may be mixed"
                .formatted(
                    Printable.text(name),
                    first.dtype(),
                    ingredients.getFirst().reference(),
                    tensor.dtype(),
                    ingredient.reference()));
        return Optional.empty();
      }
      dtype = wider(dtype, tensor.dtype());
    }
    Dtype output = dtype.mergeable() ? planned.orElse(dtype) : dtype;
    return Optional.of(new OutputTensor(name, output, first.shape()));
  }

  private static Dtype wider(Dtype a, Dtype b) {
    if (a == b) {
      return a;
    }
    return a == Dtype.F64 || b == Dtype.F64 ? Dtype.F64 : Dtype.F32;
  }

  private List<Ingredient> others(List<Ingredient> some) {
    return ingredients.stream().filter(each -> !some.contains(each)).toList();
  }

  private static String names(List<Ingredient> some) {
    return some.stream().map(Ingredient::reference).collect(Collectors.joining(", "));
  }
}
