package dev.stockpot.merge.compatibility;

import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Licences that do not go together, by what the model cards name. */
final class Licenses {
  private final List<CheckpointFacts> all;
  private final Groups licenses;
  private final List<Warning> warnings = new ArrayList<>();

  private Licenses(List<CheckpointFacts> all) {
    this.all = all;
    this.licenses = Groups.by(all, Licenses::license);
  }

  static List<Warning> warnings(List<CheckpointFacts> all) {
    Licenses licenses = new Licenses(all);
    licenses.collect();
    return licenses.warnings;
  }

  /** {@code other} stands for the licence that the card names beside it. */
  private static Optional<String> license(CheckpointFacts facts) {
    return facts
        .card()
        .flatMap(card ->
            card.license()
                .flatMap(license ->
                    license.equals("other")
                        ? card.licenseName().or(card::license)
                        : Optional.of(license)));
  }

  private void collect() {
    Groups restricted = with(LicenseTerms.NON_COMMERCIAL);
    if (!restricted.names().isEmpty() && restricted.names().size() < licenses.names().size()) {
      warn(
          licenses.names(),
          "the licences do not go together (README.md): "
              + licenses.shown()
              + "; the result may not be used commercially, like its most restricted ingredient:"
              + " say so in its model card, or leave that ingredient out");
    }
    Groups closed = with(LicenseTerms.NO_DERIVATIVES);
    if (!closed.names().isEmpty()) {
      warn(
          closed.names(),
          "the licence forbids passing on changed versions (README.md): "
              + closed.shown()
              + "; keep the result to yourself, or leave that ingredient out");
    }
    mixed(
        LicenseTerms.SHARE_ALIKE,
        "asks that what is made from it carries the same licence, and the others may not allow"
            + " that: read them before you share the result");
    mixed(
        LicenseTerms.COMMUNITY,
        "is its maker's own, and its terms go over to the result (those of Llama ask for 'Llama' at"
            + " the start of the result's name): read them before you share it");
    Groups unknown = with(LicenseTerms.UNKNOWN);
    if (!unknown.names().isEmpty()) {
      warn(
          unknown.names(),
          "this licence is not known here (README.md): "
              + unknown.shown()
              + "; read it before you share the result");
    }
    List<String> silent =
        all.stream()
            .filter(facts -> facts.card().isPresent() && license(facts).isEmpty())
            .map(CheckpointFacts::name)
            .toList();
    if (!silent.isEmpty()) {
      warn(
          silent,
          "the model card names no licence (README.md): "
              + Groups.quoted(silent)
              + "; ask its author before you share the result");
    }
  }

  private void mixed(LicenseTerms terms, String rule) {
    Groups own = with(terms);
    if (!own.names().isEmpty() && licenses.differ()) {
      warn(licenses.names(), "a licence (README.md) " + rule + ": " + licenses.shown());
    }
  }

  private Groups with(LicenseTerms terms) {
    return Groups.by(
        all, facts -> license(facts).filter(license -> LicenseTerms.of(license) == terms));
  }

  private void warn(List<String> names, String message) {
    warnings.add(new Warning(names, message));
  }
}
