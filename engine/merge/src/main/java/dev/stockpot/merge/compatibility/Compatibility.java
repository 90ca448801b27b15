package dev.stockpot.merge.compatibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds what suggests that checkpoints do not belong together. */
public final class Compatibility {
  static final String DONORS = "the result gets the donor's (see 'donor' in the plan)";

  private Compatibility() {}

  /**
   * Finds what makes an average of the checkpoints meaningless though their tensors have equal
   * shapes, from their configs alone.
   */
  public static List<String> problems(List<NamedCheckpoint> checkpoints) {
    return ConfigComparison.of(checkpoints).problem().stream().toList();
  }

  /**
   * Reads what stands beside the weights, and warns. Never fails: what is absent says nothing, and
   * what cannot be read becomes a warning that names it. Tokenizers are read as a stream; at most
   * 16 MiB of any other file is read.
   *
   * @param checkpoints the ingredients in plan order
   */
  public static List<Warning> warnings(List<NamedCheckpoint> checkpoints) {
    List<CheckpointFacts> all = checkpoints.stream().map(FactsReader::read).toList();
    List<Warning> warnings = new ArrayList<>();
    for (CheckpointFacts facts : all) {
      facts.unreadable().forEach(text -> warnings.add(new Warning(List.of(facts.name()), text)));
    }
    warnings.addAll(ConfigComparison.of(checkpoints).warnings());
    Lineage.differentBases(all).ifPresent(warnings::add);
    Lineage.mixedKinds(all).ifPresent(warnings::add);
    warnings.addAll(Tokenizers.warnings(all));
    chatTemplates(all).ifPresent(warnings::add);
    warnings.addAll(Licenses.warnings(all));
    return warnings;
  }

  private static Optional<Warning> chatTemplates(List<CheckpointFacts> all) {
    Groups templates = Groups.by(all, CheckpointFacts::chatTemplate);
    return templates.differ()
        ? Optional.of(
            new Warning(
                templates.names(),
                "the chat templates differ: "
                    + templates.shownByName()
                    + "; "
                    + DONORS
                    + ": name the one whose format you will prompt with"))
        : Optional.empty();
  }
}
