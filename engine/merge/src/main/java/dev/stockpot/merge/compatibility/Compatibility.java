package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import java.nio.file.Path;
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

  /**
   * The licence that a merge of these may carry; reads their model cards alone, and never fails.
   */
  public static ResultLicense license(List<NamedCheckpoint> checkpoints) {
    return ResultLicense.of(
        checkpoints.stream()
            .map(each -> new ResultLicense.Ingredient(each.name(), FactsReader.card(each)))
            .toList());
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

  /**
   * Something about the ingredients to look at before the merge.
   *
   * @param subjects the names of the checkpoints concerned, in the order they were given
   * @param message what is odd, where it is said, and what to do, on one line
   */
  public record Warning(List<String> subjects, String message) {
    public Warning {
      subjects = List.copyOf(subjects);
    }
  }

  /**
   * A checkpoint to look at.
   *
   * @param name how messages call it: the model as the plan writes it
   * @param path its directory, or its one safetensors file, beside which the other files are
   * @param config its config.json, read by who opened it; empty where there is none
   */
  public record NamedCheckpoint(String name, Path path, Optional<HfConfig> config) {}
}
