package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.file.HubCache;
import dev.stockpot.checkpoint.file.HubCache.Origin;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.merge.compatibility.Compatibility;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import dev.stockpot.merge.compatibility.ResultLicense;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.planner.PlannedSoup;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.plan.MergePlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The README.md of a soup: what it was made of, for people and for the hub, whose fields stand in
 * front.
 */
final class ModelCard {

  private final PlannedMerge planned;
  private final MergePlan plan;
  private final String found;
  private final List<MergePlan.Ingredient> used;
  private final ResultLicense license;

  /**
   * A card.
   *
   * @param found what a search has to say of it, in Markdown; may be empty
   */
  ModelCard(PlannedMerge planned, PlannedSoup soup, String found) {
    this.planned = planned;
    this.plan = soup.plan();
    this.found = found;
    this.used = plan.models().stream().filter(model -> model.weight().signum() != 0).toList();
    this.license =
        Compatibility.license(
            Stream.concat(used.stream().map(MergePlan.Ingredient::path), planned.donor().stream())
                .distinct()
                .map(
                    path -> new NamedCheckpoint(repository(path), path, Optional.<HfConfig>empty()))
                .toList());
  }

  /** Says nothing of time or place, so that the same plan writes the same card. */
  byte[] markdown() {
    StringBuilder card = new StringBuilder(frontMatter());
    card.append("# ").append(Printable.markdown(lastName(plan.output().path()))).append("\n\n");
    card.append("A soup of ")
        .append(plan.models().size())
        .append(plan.models().size() == 1 ? " checkpoint" : " checkpoints")
        .append(", made by Stockpot ")
        .append(StockpotVersion.current())
        .append(" with the method `")
        .append(plan.method().planName())
        .append("`");
    card.append(plan.normalize() ? ", weights normalized to their sum.\n\n" : ".\n\n");
    card.append("| model | weight | commit |\n| --- | --- | --- |\n");
    for (MergePlan.Ingredient model : plan.models()) {
      card.append("| ")
          .append(Printable.markdown(repository(model.path())))
          .append(" | ")
          .append(model.weight())
          .append(" | ")
          .append(origin(model.path()).flatMap(Origin::commit).orElse("—"))
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
            card.append("Config and tokenizer come from ")
                .append(Printable.markdown(repository(donor)))
                .append(".\n"));
    card.append(licences());
    card.append(found.isEmpty() ? "" : "\n" + found);
    card.append("\n## To repeat it\n\n")
        .append(
            "Write this plan, with its models in the places that it names, and run `stockpot merge"
                + " plan.yaml`: it gives the same bytes.\n\n")
        .append("```yaml\n")
        .append(new CardPlan(plan).yaml())
        .append("```\n\n`")
        .append(Manifest.FILE_NAME)
        .append("` holds the plan and the checksums of every tensor; `stockpot verify` checks")
        .append(" them.\n");
    return card.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String frontMatter() {
    StringBuilder front = new StringBuilder("---\n");
    List<String> bases =
        used.stream()
            .flatMap(model -> origin(model.path()).stream())
            .map(Origin::repository)
            .distinct()
            .toList();
    if (!bases.isEmpty()) {
      front.append("base_model:\n");
      bases.forEach(base -> front.append("- ").append(base).append('\n'));
      front.append("base_model_relation: merge\n");
    }
    front.append("library_name: transformers\n");
    license
        .id()
        .ifPresent(id -> front.append("license: ").append(CardPlan.scalar(id)).append('\n'));
    license
        .name()
        .ifPresent(
            name -> front.append("license_name: ").append(CardPlan.scalar(name)).append('\n'));
    return front.append("tags:\n- merge\n- stockpot\n---\n\n").toString();
  }

  private String licences() {
    String words = Printable.markdown(license.words());
    if (words.isEmpty()) {
      return "";
    }
    return "\nLicences of what it was made of: "
        + words
        + (license.id().isPresent()
            ? ".\n"
            : ". Which one the result may carry does not follow from that; read them before you"
                + " share it.\n");
  }

  private static Optional<Origin> origin(Path path) {
    return HubCache.origin(path);
  }

  /** The hub's name of it, where it has one. */
  private static String repository(Path path) {
    return origin(path).map(Origin::repository).orElseGet(() -> lastName(path));
  }

  private static String lastName(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
