package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds checkpoints whose tensors have the names of another's but for prefixes that tools add or
 * drop, and renames them: {@code torch.compile} and wrappers for parallel training leave {@code
 * _orig_mod.}, {@code module.} and others; releases of transformers name the parts of multimodal
 * models {@code model.language_model.}, {@code language_model.model.} or {@code model.}.
 *
 * <p>Names are matched by what is left without any of these; they are matched only one to one, and
 * only where more tensors agree so than by their full names.
 */
final class Renaming {

  /** Anywhere in a name. */
  private static final Pattern WRAPPERS =
      Pattern.compile("(?<=^|\\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.");

  /** In front of it. */
  private static final List<String> STEMS =
      List.of("module.", "model.", "language_model.", "transformer.");

  private static final int NAMED = 4;

  private final PlanningNotes notes;

  Renaming(PlanningNotes notes) {
    this.notes = notes;
  }

  /** The ingredients with the names of one of them. */
  List<Ingredient> like(Ingredient model, List<Ingredient> all) {
    return all.stream().map(each -> renamed(each, model)).toList();
  }

  private Ingredient renamed(Ingredient one, Ingredient model) {
    Set<String> names = one.names();
    if (names.equals(model.names())) {
      return one;
    }
    long agree = names.stream().filter(model.names()::contains).count();
    if (agree == names.size()) {
      return one;
    }
    Map<String, String> modelsNames = new HashMap<>();
    Optional<String> ambiguous = Optional.empty();
    for (String name : model.names()) {
      String other = modelsNames.put(stripped(name), name);
      if (other != null) {
        ambiguous = Optional.of(clash(model, name, other));
      }
    }
    SequencedMap<String, TensorLocation> renamed = new LinkedHashMap<>();
    Set<String> stripped = new HashSet<>();
    Map<String, Integer> prefixes = new TreeMap<>();
    Map<String, String> first = new HashMap<>();
    long agreeStripped = 0;
    for (Map.Entry<String, TensorLocation> tensor : one.tensors().entrySet()) {
      String name = tensor.getKey();
      String rest = stripped(name);
      String other = first.putIfAbsent(rest, name);
      if (!stripped.add(rest)) {
        ambiguous = Optional.of(clash(one, name, String.valueOf(other)));
      }
      String its = modelsNames.get(rest);
      if (its != null) {
        agreeStripped++;
        if (!its.equals(name)) {
          prefixes.merge(change(name, its), 1, Integer::sum);
        }
      }
      renamed.put(its == null ? name : its, tensor.getValue());
    }
    if (agreeStripped <= agree) {
      return one;
    }
    if (ambiguous.isPresent()) {
      notes.problem(
          Problem.inFile(
              one.reference(),
              "its tensors are named like those of %s but for prefixes, and cannot be matched: %s"
                  .formatted(model.reference(), ambiguous.get())));
      notes.throwIfProblems();
    }
    notes.warning(
        Problem.inFile(
            one.reference(),
            "its tensors are named like those of %s but for prefixes, and were matched so: %s"
                .formatted(model.reference(), shown(prefixes))));
    notes.decision("model " + one.index() + " has the names of model " + model.index());
    return one.with(renamed);
  }

  private static String clash(Ingredient one, String name, String other) {
    return "without them, %s and %s of %s are the same"
        .formatted(Printable.quoted(name), Printable.quoted(other), one.reference());
  }

  private static String stripped(String name) {
    String rest = WRAPPERS.matcher(name).replaceAll("");
    int from = 0;
    // No pattern: on a name of many stems its recursion would overflow the stack.
    for (int before = -1; from != before; ) {
      before = from;
      for (String stem : STEMS) {
        from += rest.startsWith(stem, from) ? stem.length() : 0;
      }
    }
    return rest.substring(from);
  }

  /** What stands before the part that both names end with. */
  private static String change(String name, String its) {
    List<String> parts = List.of(name.split("\\.", -1));
    List<String> itsParts = List.of(its.split("\\.", -1));
    int same = 0;
    while (same < Math.min(parts.size(), itsParts.size())
        && parts.get(parts.size() - 1 - same).equals(itsParts.get(itsParts.size() - 1 - same))) {
      same++;
    }
    return "%s is %s".formatted(prefix(parts, same), prefix(itsParts, same));
  }

  private static String prefix(List<String> parts, int rest) {
    if (rest == parts.size()) {
      return "no prefix";
    }
    String prefix = String.join(".", parts.subList(0, parts.size() - rest)) + ".";
    return Printable.quoted(prefix.replaceAll("[0-9]+", "*"));
  }

  private static String shown(Map<String, Integer> prefixes) {
    String named =
        prefixes.entrySet().stream()
            .limit(NAMED)
            .map(each -> each.getKey() + " (" + tensors(each.getValue()) + ")")
            .collect(Collectors.joining(", "));
    int more = prefixes.size() - NAMED;
    return more > 0 ? named + " and " + more + " more" : named;
  }

  private static String tensors(int count) {
    return count == 1 ? "1 tensor" : "%,d tensors".formatted(count);
  }
}
