package dev.stockpot.merge.compatibility;

import dev.stockpot.merge.plan.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Finds what suggests that checkpoints do not belong together. */
public final class Compatibility {
  private static final String DONORS = "the result gets the donor's (see 'donor' in the plan)";

  private Compatibility() {}

  /**
   * Reads what stands beside the weights, and warns. Never fails: what is absent says nothing, and
   * what cannot be read becomes a warning that names it. Tokenizers are hashed as a stream; at most
   * 16 MiB of any other file is read.
   *
   * @param checkpoints the ingredients in plan order
   */
  public static List<Warning> warnings(List<NamedCheckpoint> checkpoints) {
    return between(checkpoints.stream().map(FactsReader::read).toList());
  }

  /** The rules alone: facts in, warnings out. */
  static List<Warning> between(List<CheckpointFacts> all) {
    List<Warning> warnings = new ArrayList<>();
    for (CheckpointFacts facts : all) {
      facts.unreadable().forEach(text -> warnings.add(new Warning(List.of(facts.name()), text)));
      facts
          .config()
          .flatMap(ModelConfig::quantization)
          .ifPresent(method -> warnings.add(quantized(facts.name(), method)));
    }
    warnings.addAll(architectures(all));
    Lineage.differentBases(all).ifPresent(warnings::add);
    Lineage.mixedKinds(all).ifPresent(warnings::add);
    warnings.addAll(tokenizers(all));
    warnings.addAll(Licenses.warnings(all));
    return warnings;
  }

  private static Warning quantized(String name, String method) {
    return new Warning(
        List.of(name),
        Wording.quoted(name)
            + " is quantised (config.json: quantization_config, "
            + Wording.quoted(method)
            + "); packed weights cannot be averaged: use the checkpoint it was made from");
  }

  private static List<Warning> architectures(List<CheckpointFacts> all) {
    List<Warning> warnings = new ArrayList<>();
    String oneFamily =
        "; such checkpoints hardly belong together: merge models of one architecture";
    differing(all, "the architectures differ", ModelConfig::architecture, oneFamily)
        .or(() -> differing(all, "model_type differs", ModelConfig::modelType, oneFamily))
        .ifPresent(warnings::add);
    differing(
            all,
            "vocab_size differs",
            ModelConfig::vocabSize,
            "; their embeddings have different shapes: merge models that share a vocabulary")
        .ifPresent(warnings::add);
    differing(
            all,
            "the rope settings differ",
            ModelConfig::rope,
            "; " + DONORS + ": make sure that they stem from one generation of the base")
        .ifPresent(warnings::add);
    differing(
            all,
            "max_position_embeddings differs",
            ModelConfig::maxPositions,
            "; " + DONORS + ": choose the one whose context length holds for all")
        .ifPresent(warnings::add);
    return warnings;
  }

  private static Optional<Warning> differing(
      List<CheckpointFacts> all,
      String what,
      Function<ModelConfig, Optional<String>> value,
      String cure) {
    Groups groups = Groups.by(all, facts -> facts.config().flatMap(value));
    return groups.differ()
        ? Optional.of(
            new Warning(groups.names(), what + " (config.json): " + groups.shown() + cure))
        : Optional.empty();
  }

  private static List<Warning> tokenizers(List<CheckpointFacts> all) {
    List<Warning> warnings = new ArrayList<>();
    TreeSet<String> files = new TreeSet<>();
    all.forEach(facts -> files.addAll(facts.tokenizers().keySet()));
    for (String file : files) {
      Groups groups = Groups.by(all, facts -> Optional.ofNullable(facts.tokenizers().get(file)));
      if (groups.differ()) {
        warnings.add(
            new Warning(
                groups.names(),
                file
                    + " differs: "
                    + groups.shownByName()
                    + "; where a token has another id the soup is spoiled for it. "
                    + "Compare the files; "
                    + DONORS));
      }
    }
    Groups templates = Groups.by(all, CheckpointFacts::chatTemplate);
    if (templates.differ()) {
      warnings.add(
          new Warning(
              templates.names(),
              "the chat templates differ: "
                  + templates.shownByName()
                  + "; "
                  + DONORS
                  + ": name the one whose format you will prompt with"));
    }
    return warnings;
  }
}
