package dev.stockpot.merge.compatibility;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where checkpoints come from: from different bases, or from different stages of training. */
final class Lineage {
  private static final Pattern HUB_NAME = Pattern.compile("[\\w.-]+/[\\w.-]+");
  private static final Pattern WORD_BREAK = Pattern.compile("[-_ ]");
  private static final Set<String> INSTRUCT_WORDS =
      Set.of("instruct", "it", "chat", "sft", "dpo", "rlhf", "assistant");

  /** Words that tell copies and stages of one model apart, not models. */
  private static final Set<String> NOT_OF_THE_FAMILY =
      Set.of("instruct", "it", "chat", "sft", "dpo", "base", "pt", "hf", "meta", "bnb", "4bit");

  private final List<CheckpointFacts> all;
  private final int[] kin;

  private Lineage(List<CheckpointFacts> all) {
    this.all = all;
    this.kin = IntStream.range(0, all.size()).toArray();
  }

  /**
   * Checkpoints that were made from one family, or are its base themselves, are of one kin. More
   * than one kin is odd; a checkpoint that does not say where it comes from is left out.
   */
  static Optional<Warning> differentBases(List<CheckpointFacts> all) {
    Lineage lineage = new Lineage(all);
    lineage.join();
    Map<Integer, String> shownByKin = new HashMap<>();
    Map<CheckpointFacts, String> baseOf = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      List<String> bases = bases(all.get(i));
      if (!bases.isEmpty()) {
        String shown = shownByKin.computeIfAbsent(lineage.root(i), _ -> bases.getFirst());
        baseOf.put(all.get(i), shown);
      }
    }
    Groups groups = Groups.by(all, facts -> Optional.ofNullable(baseOf.get(facts)));
    return groups.differ()
        ? Optional.of(
            new Warning(
                groups.names(),
                "these come from different bases (base_model in README.md, _name_or_path in"
                    + " config.json): "
                    + groups.shown()
                    + "; averages of models that do not share a base are mostly noise: merge"
                    + " checkpoints of one base"))
        : Optional.empty();
  }

  private void join() {
    Map<String, Integer> firstOfFamily = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      for (String family : families(all.get(i))) {
        Integer first = firstOfFamily.putIfAbsent(family, i);
        if (first != null) {
          kin[root(i)] = root(first);
        }
      }
    }
  }

  private int root(int start) {
    int i = start;
    while (kin[i] != i) {
      kin[i] = kin[kin[i]];
      i = kin[i];
    }
    return i;
  }

  private static Set<String> families(CheckpointFacts facts) {
    Set<String> families = new HashSet<>();
    families.add(family(facts.name()));
    bases(facts).forEach(base -> families.add(family(base)));
    return families;
  }

  /** {@code llama-3.1-8b} of {@code unsloth/Meta-Llama-3.1-8B-Instruct}. */
  private static String family(String name) {
    return words(name)
        .filter(word -> !NOT_OF_THE_FAMILY.contains(word))
        .collect(Collectors.joining("-"));
  }

  private static Stream<String> words(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return Arrays.stream(WORD_BREAK.split(last.toLowerCase(Locale.ROOT)));
  }

  /** What it was made from; a name_or_path that is a path says where a disk was, so it is none. */
  private static List<String> bases(CheckpointFacts facts) {
    List<String> declared = facts.card().map(ModelCard::baseModels).orElse(List.of());
    if (!declared.isEmpty()) {
      return declared;
    }
    return facts.config().stream()
        .flatMap(config -> Optional.ofNullable(config.nameOrPath()).stream())
        .filter(origin -> HUB_NAME.matcher(origin).matches())
        .toList();
  }

  /**
   * A chat template, or a word like "instruct" in the name or the base's name, makes an instruct
   * model; a tokenizer without a chat template makes a base model.
   */
  static Optional<Warning> mixedKinds(List<CheckpointFacts> all) {
    Groups kinds = Groups.by(all, Lineage::kind);
    return kinds.differ()
        ? Optional.of(
            new Warning(
                kinds.names(),
                "base and instruct models are mixed (by chat template, name, base and tags): "
                    + kinds.shown()
                    + "; the result may follow instructions worse than its ingredients: merge"
                    + " models of one kind, or compare it with each before use"))
        : Optional.empty();
  }

  private static Optional<String> kind(CheckpointFacts facts) {
    boolean instruct =
        facts.chatTemplate().isPresent()
            || isInstructName(facts.name())
            || bases(facts).stream().anyMatch(Lineage::isInstructName)
            || facts.card().stream()
                .anyMatch(card -> card.tags().stream().anyMatch(Lineage::isInstructTag));
    if (instruct) {
      return Optional.of("instruct");
    }
    return facts.tokenizers().isEmpty() ? Optional.empty() : Optional.of("base");
  }

  private static boolean isInstructName(String name) {
    return words(name).anyMatch(INSTRUCT_WORDS::contains);
  }

  private static boolean isInstructTag(String tag) {
    return tag.equalsIgnoreCase("conversational") || isInstructName(tag);
  }
}
