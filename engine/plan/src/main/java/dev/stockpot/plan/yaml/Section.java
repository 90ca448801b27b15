package dev.stockpot.plan.yaml;

import dev.stockpot.checkpoint.problem.Wording;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The mappings of a plan and their keys. */
public enum Section {
  PLAN("a plan", "at the top of the plan"),
  MODEL("a model", "in a model's entry under 'models'"),
  CANDIDATE("a model of a search", "in a model's entry under 'models' of a search"),
  OUTPUT("output", "under 'output'"),
  SEARCH("search", "under 'search'"),
  GRID("search.weights", "under 'weights' of 'search'"),
  OBJECTIVE("search.objective", "under 'objective' of 'search'"),
  EVALUATE("evaluate", "under 'evaluate'");

  private static final Set<String> MERGEKIT =
      Set.of(
          "merge_method",
          "slices",
          "base_model",
          "parameters",
          "tokenizer",
          "tokenizer_source",
          "chat_template",
          "out_dtype",
          "modules",
          "layer_range",
          "sources");

  private final String title;
  private final String location;

  Section(String title, String location) {
    this.title = title;
    this.location = location;
  }

  List<String> keys() {
    return switch (this) {
      case PLAN ->
          List.of(
              "version",
              "method",
              "models",
              "normalize",
              "dtype",
              "keep_float32",
              "donor",
              "output",
              "non_finite",
              "search",
              "evaluate");
      case MODEL -> List.of("model", "weight");
      case CANDIDATE -> List.of("model", "name");
      case OUTPUT -> List.of("path", "shard_size");
      case SEARCH ->
          List.of(
              "scores",
              "categories",
              "correlation",
              "threshold",
              "weights",
              "objective",
              "shapley",
              "candidates_on_disk",
              "max_evaluations",
              "max_time");
      case GRID -> List.of("min", "max", "step", "uniform", "refine", "finest_step");
      case OBJECTIVE -> List.of("weights", "groups");
      case EVALUATE ->
          List.of("command", "report", "timeout", "parallel", "gpus", "scale", "metrics", "cache");
    };
  }

  boolean has(String key) {
    return keys().contains(key);
  }

  /** The key that was meant by a misspelt one. */
  Optional<String> nearest(String key) {
    return Wording.nearest(key, keys());
  }

  public static boolean isMergekit(String key) {
    return MERGEKIT.contains(key);
  }

  /** What to say about a key that does not belong here. */
  String unknown(String key) {
    if (this == CANDIDATE && key.equals("weight")) {
      return "a model of a search has no weight, for the search finds it; remove it, or remove"
          + " 'search' and 'evaluate' to merge with the weights given here";
    }
    String unknown = "unknown key " + Wording.quoted(key);
    Optional<Section> home = Arrays.stream(values()).filter(s -> s.has(key)).findFirst();
    if (home.isPresent()) {
      return unknown + " in " + title + "; it belongs " + home.get().location;
    }
    if (isMergekit(key)) {
      return unknown + "; it is one of mergekit's, " + title + " has: " + String.join(", ", keys());
    }
    return nearest(key)
        .map(near -> unknown + "; did you mean " + Wording.quoted(near) + "?")
        .orElse(unknown + "; " + title + " has: " + String.join(", ", keys()));
  }
}
