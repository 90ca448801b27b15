package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.merge.compatibility.Compatibility.NamedCheckpoint;
import dev.stockpot.merge.compatibility.Compatibility.Warning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the configs of checkpoints say differently, by its weight. */
final class ConfigComparison {
  private static final int MOST_WARNINGS = 8;
  private static final int MOST_NAMED = 10;
  private static final String FAMILY =
      "; such checkpoints hardly belong together: merge models of one architecture";

  private final List<NamedCheckpoint> all;
  private final Map<String, LanguageSettings> settings = new LinkedHashMap<>();
  private final List<Difference> differences = new ArrayList<>();

  private record Difference(String path, SettingKind kind, String shown) {}

  private ConfigComparison(List<NamedCheckpoint> all) {
    this.all = all.stream().filter(each -> each.config().isPresent()).toList();
  }

  static ConfigComparison of(List<NamedCheckpoint> all) {
    ConfigComparison comparison = new ConfigComparison(all);
    comparison.compare();
    return comparison;
  }

  private void compare() {
    all.forEach(each ->
        each.config().ifPresent(config -> settings.put(each.name(), LanguageSettings.of(config))));
    Set<String> paths = new LinkedHashSet<>();
    settings.values().forEach(each -> paths.addAll(each.said().keySet()));
    for (String path : paths) {
      SettingKind kind = SettingKind.of(path);
      Map<String, List<String>> groups = kind == SettingKind.NONE ? Map.of() : namesByValue(path);
      if (groups.size() > 1) {
        String shown =
            groups.entrySet().stream()
                .map(e -> e.getKey() + " in " + String.join(", ", e.getValue()))
                .collect(Collectors.joining("; "));
        differences.add(new Difference(path, weighed(path, kind), shown));
      }
    }
  }

  private Map<String, List<String>> namesByValue(String path) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    settings.forEach((name, each) -> {
      if (!each.silent(path)) {
        String value = each.value(path).map(Wording::quoted).orElse("nothing");
        String byDefault =
            each.said().containsKey(path) || !each.defaults().containsKey(path)
                ? ""
                : " (by default)";
        groups.computeIfAbsent(value, _ -> new ArrayList<>()).add(Wording.quoted(name) + byDefault);
      }
    });
    return groups;
  }

  /**
   * Without a value that surely holds, no more can be told than that it is said here and not there.
   */
  private SettingKind weighed(String path, SettingKind kind) {
    boolean known =
        settings.values().stream()
            .allMatch(each -> each.silent(path) || each.value(path).isPresent());
    boolean sure =
        settings.values().stream().allMatch(each -> each.sure() || each.said().containsKey(path));
    return switch (kind) {
      case HEADS -> !known ? SettingKind.OTHER : sure ? kind : SettingKind.COMPUTATION;
      case COMPUTATION -> known ? kind : SettingKind.OTHER;
      case ROPE, OTHER, NONE -> kind;
    };
  }

  /** What makes an average meaningless, if there is such a thing. */
  Optional<String> problem() {
    return differing(SettingKind.HEADS)
        .map(shown ->
            "the attention heads differ (config.json): "
                + shown
                + "; tensors of one shape are cut into other heads there, and an average of them"
                + " means nothing: merge models of one architecture, or correct the config.json"
                + " that is wrong");
  }

  List<Warning> warnings() {
    List<Warning> warnings = new ArrayList<>();
    family("the architectures differ", config -> config.architectures().stream().findFirst())
        .or(() -> family("model_type differs", config -> Optional.ofNullable(config.modelType())))
        .ifPresent(warnings::add);
    differing(SettingKind.ROPE)
        .ifPresent(shown ->
            warn(
                warnings,
                "the rope settings differ (config.json): "
                    + shown
                    + "; "
                    + Compatibility.DONORS
                    + ": make sure that they stem from one generation of the base"));
    List<Difference> computation = of(SettingKind.COMPUTATION);
    computation.stream()
        .limit(MOST_WARNINGS)
        .forEach(difference -> warn(warnings, told(difference)));
    List<Difference> further = new ArrayList<>();
    computation.stream().skip(MOST_WARNINGS).forEach(further::add);
    further.addAll(of(SettingKind.OTHER));
    if (!further.isEmpty()) {
      warn(warnings, told(further));
    }
    return warnings;
  }

  private static String told(Difference difference) {
    return difference.path()
        + " differs (config.json): "
        + difference.shown()
        + "; "
        + Compatibility.DONORS
        + (difference.path().equals("max_position_embeddings")
            ? ": choose the one whose context length holds for all"
            : ", with which the same weights compute something else");
  }

  private static String told(List<Difference> further) {
    if (further.size() == 1) {
      Difference only = further.getFirst();
      return only.path() + " differs (config.json): " + only.shown() + "; " + Compatibility.DONORS;
    }
    int more = further.size() - MOST_NAMED;
    return "config.json differs in %d further settings: %s%s; %s"
        .formatted(
            further.size(),
            further.stream()
                .limit(MOST_NAMED)
                .map(difference -> Wording.quoted(difference.path()))
                .collect(Collectors.joining(", ")),
            more > 0 ? " and " + more + " more" : "",
            Compatibility.DONORS);
  }

  private Optional<Warning> family(String what, Function<HfConfig, Optional<String>> value) {
    Groups groups = Groups.by(all, NamedCheckpoint::name, each -> each.config().flatMap(value));
    return groups.differ()
        ? Optional.of(
            new Warning(groups.names(), what + " (config.json): " + groups.shown() + FAMILY))
        : Optional.empty();
  }

  private Optional<String> differing(SettingKind kind) {
    String shown =
        of(kind).stream()
            .map(difference -> difference.path() + " " + difference.shown())
            .collect(Collectors.joining(" | "));
    return shown.isEmpty() ? Optional.empty() : Optional.of(shown);
  }

  private List<Difference> of(SettingKind kind) {
    return differences.stream().filter(difference -> difference.kind() == kind).toList();
  }

  private void warn(List<Warning> warnings, String message) {
    warnings.add(new Warning(List.copyOf(settings.keySet()), message));
  }
}
