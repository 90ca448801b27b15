package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.planner.PlannedSoup;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.plan.MergePlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The README.md of a soup: what it was made of, for people and for the hub. */
final class ModelCard {

  private final PlannedMerge planned;
  private final MergePlan plan;

  ModelCard(PlannedMerge planned, PlannedSoup soup) {
    this.planned = planned;
    this.plan = soup.plan();
  }

  /** Says nothing of time or place, so that the same plan writes the same card. */
  byte[] markdown() {
    StringBuilder card = new StringBuilder();
    card.append("---\nlibrary_name: transformers\ntags:\n- merge\n- stockpot\n---\n\n");
    card.append("# ").append(name(plan.output().path())).append("\n\n");
    card.append("A soup of ")
        .append(plan.models().size())
        .append(plan.models().size() == 1 ? " checkpoint" : " checkpoints")
        .append(", made by Stockpot ")
        .append(StockpotVersion.current())
        .append(" with the method `")
        .append(plan.method().planName())
        .append("`");
    card.append(plan.normalize() ? ", weights normalized to their sum.\n\n" : ".\n\n");
    card.append("| model | weight |\n| --- | --- |\n");
    for (MergePlan.Ingredient model : plan.models()) {
      card.append("| ")
          .append(name(model.path()))
          .append(" | ")
          .append(model.weight())
          .append(" |\n");
    }
    planned
        .outputDtype()
        .ifPresent(dtype ->
            card.append("\nEach element is the weighted sum, rounded once to ")
                .append(dtype)
                .append(".\n"));
    planned
        .donor()
        .ifPresent(donor ->
            card.append("Config and tokenizer come from ").append(name(donor)).append(".\n"));
    card.append("\n`")
        .append(Manifest.FILE_NAME)
        .append("` holds the plan and the checksums of every tensor; `stockpot verify` checks")
        .append(" them.\n");
    return card.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** In one line, and without a meaning in Markdown. */
  private static String name(Path path) {
    Path name = path.getFileName();
    return Printable.line(name == null ? path.toString() : name.toString())
        .replaceAll("[\\\\`*\\[\\]<>|&]", "\\\\$0");
  }
}
