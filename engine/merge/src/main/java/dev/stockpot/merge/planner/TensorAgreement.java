package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
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
 *       the same dtype and, as the merge finds out, the same bytes; so are constants that are
 *       infinite on purpose.
 *   <li>Everything else is a problem: a missing tensor, shapes that differ, a dtype that is
 *       mergeable here and not there.
 * </ul>
 */
final class TensorAgreement {
  /** The last parts of parameters' names. */
  private static final Set<String> PARAMETERS = Set.of("weight", "bias", "gamma", "beta");

  /** Masks have some megabytes; what is larger is no constant that anybody would store. */
  private static final long LARGEST_CONSTANT = 64L << 20;

  /** Differences that need no conclusion. */
  private static final int FEW = 8;

  private final List<Ingredient> all;
  private final Ingredient first;
  private final PlanningNotes notes;
  private final Narrowing narrowing;
  private final Vocabulary vocabulary = new Vocabulary();
  private final Set<String> copied = new HashSet<>();

  /** Tensors of each ingredient that are not as the first one has them. */
  private final int[] different;

  TensorAgreement(List<Ingredient> all, Narrowing narrowing, PlanningNotes notes) {
    this.all = all;
    this.first = all.getFirst();
    this.narrowing = narrowing;
    this.notes = notes;
    this.different = new int[all.size()];
  }

  /** The output's tensors, in the order of the first input. */
  List<OutputTensor> outputs() {
    boolean same = Ingredient.haveSameNames(all);
    Set<String> names = same ? first.names() : new LinkedHashSet<>(first.names());
    if (!same) {
      all.forEach(each -> names.addAll(each.names()));
    }
    List<OutputTensor> outputs = new ArrayList<>(names.size());
    List<Problem> found = new ArrayList<>();
    for (String name : names) {
      if (same || all.stream().allMatch(each -> each.names().contains(name))) {
        agree(name, found).ifPresent(outputs::add);
      } else {
        found.add(missing(name));
      }
    }
    notes.problems(vocabulary.problems(found.isEmpty()));
    foreigners(names.size());
    notes.problems(found);
    return outputs;
  }

  /** Tensors that are copied although their dtype could be merged. */
  Set<String> copied() {
    return copied;
  }

  private Problem missing(String name) {
    List<Ingredient> with = new ArrayList<>();
    List<Ingredient> without = new ArrayList<>();
    for (Ingredient each : all) {
      boolean has = each.names().contains(name);
      (has ? with : without).add(each);
      if (has != first.names().contains(name)) {
        different[each.index()]++;
      }
    }
    String there = "missing here, and there in " + names(with);
    return new Problem(names(without), name, there + unlisted(name, with));
  }

  /** A shard that holds the tensor, if its index does not list it: that may be what is wrong. */
  private static String unlisted(String name, List<Ingredient> with) {
    for (Ingredient each : with) {
      TensorLocation tensor = Objects.requireNonNull(each.tensors().get(name));
      List<String> unlisted = each.checkpoint().unlisted();
      if (Collections.binarySearch(unlisted, tensor.header().name()) >= 0) {
        return ", where it lies in %s and model.safetensors.index.json does not list it"
            .formatted(Printable.text(tensor.file().path().toString()));
      }
    }
    return "";
  }

  private Optional<OutputTensor> agree(String name, List<Problem> found) {
    TensorHeader model = first.tensor(name).orElseThrow();
    Dtype dtype = model.dtype();
    boolean shapesAgree = true;
    for (Ingredient each : all) {
      TensorHeader tensor = each.tensor(name).orElseThrow();
      if (!tensor.shape().equals(model.shape())) {
        shapesAgree = false;
        if (!vocabulary.add(first, model, each, tensor)) {
          different[each.index()]++;
          found.add(
              new Problem(
                  each.reference(),
                  name,
                  "has shape %s, and %s in %s"
                      .formatted(
                          Printable.shape(tensor.shape()),
                          Printable.shape(model.shape()),
                          first.reference())));
        }
      } else if (tensor.dtype() != model.dtype()
          && !(tensor.dtype().mergeable() && model.dtype().mergeable())) {
        found.add(
            new Problem(
                each.reference(),
                name,
                "is %s, and %s in %s; only BF16, F16, F32 and F64 may be mixed"
                    .formatted(tensor.dtype(), model.dtype(), first.reference())));
        return Optional.empty();
      }
      dtype = wider(dtype, tensor.dtype());
    }
    if (!shapesAgree) {
      return Optional.empty();
    }
    return Optional.of(new OutputTensor(name, output(name, dtype, model), model.shape()));
  }

  private Dtype output(String name, Dtype dtype, TensorHeader tensor) {
    if (!dtype.mergeable()) {
      return dtype;
    }
    if (isConstant(name)) {
      copied.add(name);
      notes.decision("copied " + name);
      return dtype;
    }
    return narrowing.of(name, dtype, tensor.elements());
  }

  /**
   * Whether the tensor is a constant that is infinite on purpose, as attention masks are: a buffer,
   * by its name no weight, whose bytes are the same in all checkpoints. It is copied; an average of
   * infinities would be refused, or be none. Reads its bytes, unless its name or size says that it
   * is none.
   *
   * @throws dev.stockpot.checkpoint.problem.CheckpointException if a file cannot be read
   */
  private boolean isConstant(String name) {
    if (PARAMETERS.contains(name.substring(name.lastIndexOf('.') + 1))) {
      return false;
    }
    List<TensorLocation> tensors =
        all.stream()
            .map(each -> Optional.ofNullable(each.tensors().get(name)).orElseThrow())
            .toList();
    TensorHeader header = tensors.getFirst().header();
    return header.byteSize() <= LARGEST_CONSTANT
        && header.dtype().mergeable()
        && tensors.stream().allMatch(each -> each.header().dtype() == header.dtype())
        && TensorBytes.same(tensors)
        && TensorBytes.hasNonFinite(tensors.getFirst());
  }

  /** Where most is different, the many lines that follow have one cause. */
  private void foreigners(int names) {
    for (Ingredient each : all) {
      if (different[each.index()] > Math.max(FEW, names / 2)) {
        notes.problem(
            Problem.inFile(
                each.reference(),
                "does not share an architecture with %s: of %,d tensors, %,d are not in both or have other shapes"
                    .formatted(first.reference(), names, different[each.index()])));
      }
    }
  }

  private static Dtype wider(Dtype a, Dtype b) {
    if (a == b) {
      return a;
    }
    return a == Dtype.F64 || b == Dtype.F64 ? Dtype.F64 : Dtype.F32;
  }

  private static String names(List<Ingredient> some) {
    return some.stream().map(Ingredient::reference).collect(Collectors.joining(", "));
  }
}
