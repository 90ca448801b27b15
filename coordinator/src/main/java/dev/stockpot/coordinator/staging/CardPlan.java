package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.HubCache;
import dev.stockpot.checkpoint.file.HubCache.Origin;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.NonFinitePolicy;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** A plan as a model card shows it: models of the hub at their commits, others by their names. */
record CardPlan(MergePlan plan) {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z][\\w./@-]*");

  /** What some reader of YAML takes for something else than a text. */
  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  /** A text that any plan reader takes as it is. */
  static String scalar(String text) {
    String line = Printable.line(text);
    return PLAIN.matcher(line).matches() && !WORDS.contains(line.toLowerCase(Locale.ROOT))
        ? line
        : JsonMapper.shared().writeValueAsString(line);
  }

  /** What the plan calls a path: the hub's name of it, or as much of its end as no other has. */
  private String name(Path path) {
    Optional<String> onHub = HubCache.origin(path).map(Origin::toString);
    if (onHub.isPresent()) {
      return onHub.get();
    }
    Path name = path;
    for (int parts = 1; parts <= path.getNameCount(); parts++) {
      name = path.subpath(path.getNameCount() - parts, path.getNameCount());
      Path end = name;
      if (plan.inputs().stream().allMatch(other -> other.equals(path) || !other.endsWith(end))) {
        break;
      }
    }
    return name.toString();
  }

  String yaml() {
    StringBuilder yaml = new StringBuilder("version: 1\n");
    add(yaml, "method", plan.method().planName());
    yaml.append("models:\n");
    for (MergePlan.Ingredient model : plan.models()) {
      yaml.append("- model: ").append(scalar(name(model.path()))).append('\n');
      add(yaml, "  weight", model.weight().toString());
    }
    if (plan.normalize()) {
      add(yaml, "normalize", "true");
    }
    plan.dtypes()
        .dtype()
        .ifPresent(dtype -> add(yaml, "dtype", dtype.name().toLowerCase(Locale.ROOT)));
    if (!plan.dtypes().keepFloat32().isEmpty()) {
      add(
          yaml,
          "keep_float32",
          JsonMapper.shared().writeValueAsString(plan.dtypes().keepFloat32()));
    }
    plan.donor().ifPresent(donor -> add(yaml, "donor", scalar(name(donor))));
    yaml.append("output:\n");
    add(yaml, "  path", scalar(String.valueOf(plan.output().path().getFileName())));
    add(yaml, "  shard_size", Long.toString(plan.output().shardSize()));
    if (plan.nonFinite() == NonFinitePolicy.WARN) {
      add(yaml, "non_finite", "warn");
    }
    return yaml.toString();
  }

  private static void add(StringBuilder yaml, String key, String value) {
    yaml.append(key).append(": ").append(value).append('\n');
  }
}
