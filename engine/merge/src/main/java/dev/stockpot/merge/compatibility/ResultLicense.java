package dev.stockpot.merge.compatibility;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The licence that a merge may carry, as far as its ingredients' model cards tell. No legal advice:
 * where it is not plain, there is none.
 *
 * @param id the hub's short name
 * @param name the licence's own, where the short one is {@code other}
 * @param named what the ingredients name, in their order; those that name none are not in it
 */
public record ResultLicense(Optional<String> id, Optional<String> name, List<Named> named) {

  /** A licence that an ingredient names; several ingredients may be called alike. */
  record Named(String ingredient, String license) {}

  /**
   * What goes into a merge.
   *
   * @param name how people call it
   * @param card empty where it has none
   */
  record Ingredient(String name, Optional<ModelCard> card) {}

  private static final String OTHER = "other";

  /** Asks for a notice of changes, which the other permissive ones do without. */
  private static final String STRICTEST_PERMISSIVE = "apache-2.0";

  public ResultLicense {
    named = List.copyOf(named);
  }

  static ResultLicense of(List<Ingredient> ingredients) {
    List<Named> named =
        ingredients.stream()
            .flatMap(each ->
                each
                    .card()
                    .flatMap(ResultLicense::named)
                    .map(license -> new Named(each.name(), license))
                    .stream())
            .toList();
    Optional<String> common =
        named.size() == ingredients.size()
            ? common(named.stream().map(Named::license).collect(Collectors.toSet()))
            : Optional.empty();
    boolean isOther =
        common.isPresent()
            && ingredients.stream()
                .flatMap(each -> each.card().stream())
                .anyMatch(card -> card.licenseName().equals(common) && isOther(card));
    return new ResultLicense(
        isOther ? Optional.of(OTHER) : common, isOther ? common : Optional.empty(), named);
  }

  private static boolean isOther(ModelCard card) {
    return card.license().filter(OTHER::equals).isPresent();
  }

  /** {@code other} without a name says nothing. */
  private static Optional<String> named(ModelCard card) {
    return isOther(card) ? card.licenseName() : card.license();
  }

  /** The one of all, or the one that the others, which are permissive, give way to. */
  private static Optional<String> common(Set<String> names) {
    List<String> binding =
        names.stream().filter(name -> LicenseTerms.of(name) != LicenseTerms.PERMISSIVE).toList();
    return switch (binding.size()) {
      case 0 ->
          names.size() == 1
              ? names.stream().findFirst()
              : names.stream().filter(STRICTEST_PERMISSIVE::equals).findFirst();
      case 1 -> binding.stream().filter(name -> goesOver(name, names.size() == 1)).findFirst();
      default -> Optional.empty();
    };
  }

  private static boolean goesOver(String license, boolean alone) {
    return switch (LicenseTerms.of(license)) {
      case PERMISSIVE, COMMUNITY, NON_COMMERCIAL -> true;
      // Whether the others may be passed on under it is a question for lawyers.
      case SHARE_ALIKE, UNKNOWN -> alone;
      case NO_DERIVATIVES -> false;
    };
  }

  /** {@code apache-2.0 (a, b), llama3.1 (c)}; empty if no ingredient names one. */
  public String words() {
    return named.stream()
        .collect(
            Collectors.groupingBy(
                Named::license,
                LinkedHashMap::new,
                Collectors.mapping(Named::ingredient, Collectors.joining(", "))))
        .entrySet()
        .stream()
        .map(each -> each.getKey() + " (" + each.getValue() + ")")
        .collect(Collectors.joining(", "));
  }
}
