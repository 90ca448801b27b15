package dev.stockpot.merge.planner;

import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Decides about heads that some checkpoints store and others tie to their embeddings.
 *
 * <p>Whether a stored head is one of its own, its bytes say: a config that ties a head which
 * differs from the embeddings is wrong, and transformers 5 loads the head. If no checkpoint has a
 * head of its own, and some store none, it is left out. If one has, the output has one too, and the
 * embeddings of those that tie theirs are their heads, for that is what they compute with; so the
 * result is the average of the heads as they are.
 */
final class OutputHeads {
  private static final Pattern HEAD =
      Pattern.compile(
          "(.*\\.)?(lm_head|embed_out|lm_head\\.decoder|cls\\.predictions\\.decoder)\\.weight");

  private static final List<String> ENDS =
      List.of("lm_head.weight", "embed_out.weight", "decoder.weight");

  private static final Pattern EMBEDDINGS =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|embed_in|word_embeddings|tok_embeddings|shared)\\.weight");

  private final PlanningNotes notes;
  private boolean ownHead;

  OutputHeads(PlanningNotes notes) {
    this.notes = notes;
  }

  /** The ingredients with the heads that are merged. */
  List<Ingredient> decide(List<Ingredient> all) {
    SequencedSet<String> heads = new LinkedHashSet<>();
    for (Ingredient each : all) {
      for (String name : each.names()) {
        if (isHead(name)) {
          heads.add(name);
        }
      }
    }
    List<Ingredient> decided = all;
    for (String head : heads) {
      decided = decide(head, decided);
    }
    return decided;
  }

  /** Whether the output has a head of its own, whatever a donor's config says. */
  boolean ownHead() {
    return ownHead;
  }

  private List<Ingredient> decide(String head, List<Ingredient> all) {
    List<Ingredient> storing = all.stream().filter(each -> each.tensor(head).isPresent()).toList();
    List<Ingredient> own = storing.stream().filter(each -> hasOwn(each, head)).toList();
    List<Ingredient> without = all.stream().filter(each -> !storing.contains(each)).toList();
    ownHead |= !own.isEmpty();
    List<Ingredient> belied = own.stream().filter(Ingredient::tied).toList();
    if (!belied.isEmpty()) {
      notes.warning(
          new Problem(
              names(belied),
              head,
              "differs from the embeddings, though config.json ties it to them"
                  + " (tie_word_embeddings); it counts as the head of its own that it is"));
      notes.decision("%s is a head of its own in %s".formatted(head, indices(belied)));
    }
    if (without.isEmpty()) {
      return all;
    }
    TensorHeader shape = storing.getFirst().tensor(head).orElseThrow();
    if (own.isEmpty()) {
      return without.stream().allMatch(Ingredient::tied) ? leaveOut(head, storing, all) : all;
    }
    List<Ingredient> tying =
        without.stream().filter(each -> embeddings(each, shape).isPresent()).toList();
    if (!tying.isEmpty()) {
      notes.warning(
          new Problem(
              names(tying),
              head,
              "is tied to the embeddings, which are merged as this checkpoint's head, for %s %s a head of its own; so has the output"
                  .formatted(names(own), own.size() == 1 ? "has" : "have each")));
      notes.decision("%s is the embeddings in %s".formatted(head, indices(tying)));
    }
    List<Ingredient> decided = new ArrayList<>();
    for (Ingredient each : all) {
      decided.add(
          tying.contains(each) ? each.and(head, embeddings(each, shape).orElseThrow()) : each);
    }
    return decided;
  }

  private List<Ingredient> leaveOut(String head, List<Ingredient> storing, List<Ingredient> all) {
    notes.warning(
        new Problem(
            names(storing),
            head,
            "equals the embeddings, which every config ties it to; left out of the output, which ties it too"));
    SequencedSet<String> left = new LinkedHashSet<>(List.of(head));
    return all.stream().map(each -> storing.contains(each) ? each.without(left) : each).toList();
  }

  /** A pattern takes longer than thousands of layers' names are worth. */
  private static boolean isHead(String name) {
    return ENDS.stream().anyMatch(name::endsWith) && HEAD.matcher(name).matches();
  }

  private static boolean hasOwn(Ingredient one, String head) {
    if (!one.tied()) {
      return true;
    }
    TensorLocation stored = Optional.ofNullable(one.tensors().get(head)).orElseThrow();
    Optional<TensorLocation> embeddings = embeddings(one, stored.header());
    return embeddings.isEmpty()
        || embeddings.get().header().dtype() != stored.header().dtype()
        || !TensorBytes.same(List.of(embeddings.get(), stored));
  }

  /** Those of a tied checkpoint that are of the head's shape, if it is clear which they are. */
  private static Optional<TensorLocation> embeddings(Ingredient one, TensorHeader head) {
    if (!one.tied()) {
      return Optional.empty();
    }
    List<TensorLocation> found =
        one.tensors().entrySet().stream()
            .filter(each -> EMBEDDINGS.matcher(each.getKey()).matches())
            .map(Map.Entry::getValue)
            .filter(each -> each.header().shape().equals(head.shape()))
            .toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static String names(List<Ingredient> some) {
    return some.stream().map(Ingredient::reference).collect(Collectors.joining(", "));
  }

  private static List<Integer> indices(List<Ingredient> some) {
    return some.stream().map(Ingredient::index).toList();
  }
}
