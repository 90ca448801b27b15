package dev.stockpot.plan.reading;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.plan.CommonDenominator;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import dev.stockpot.plan.reading.PlanDraft.Ingredient;
import dev.stockpot.plan.yaml.Fields;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Place.Located;
import dev.stockpot.plan.yaml.Problems;
import dev.stockpot.plan.yaml.Scalars;
import dev.stockpot.plan.yaml.Section;
import dev.stockpot.plan.yaml.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Binds a document's nodes to a draft by hand. Looks at nothing but the nodes. */
final class PlanBinder {
  private static final Map<String, Dtype> DTYPES =
      Map.ofEntries(
          Map.entry("float16", Dtype.F16),
          Map.entry("fp16", Dtype.F16),
          Map.entry("f16", Dtype.F16),
          Map.entry("bfloat16", Dtype.BF16),
          Map.entry("bf16", Dtype.BF16),
          Map.entry("float32", Dtype.F32),
          Map.entry("fp32", Dtype.F32),
          Map.entry("f32", Dtype.F32),
          Map.entry("float64", Dtype.F64),
          Map.entry("fp64", Dtype.F64),
          Map.entry("f64", Dtype.F64));
  private static final List<String> SHOWN_DTYPES =
      List.of("float16", "bfloat16", "float32", "float64");
  private static final Map<String, Method> METHODS =
      Stream.of(Method.values())
          .collect(Collectors.toUnmodifiableMap(Method::planName, Function.identity()));
  private static final Map<String, NonFinitePolicy> POLICIES =
      Map.of("fail", NonFinitePolicy.FAIL, "warn", NonFinitePolicy.WARN);

  private final Problems problems;
  private final Scalars scalars;
  private final Values values;

  PlanBinder(Problems problems) {
    this.problems = problems;
    this.scalars = new Scalars(problems);
    this.values = new Values(problems);
  }

  /** Empty where there is nothing to go on with: no mapping, or another tool's file. */
  Optional<PlanDraft> bind(Node document) {
    if (isNothing(document)) {
      problems.at(Place.of(document), "this plan is empty; write it, or remove its '---'");
      return Optional.empty();
    }
    if (!(document instanceof MappingNode mapping)) {
      problems.at(
          Place.of(document),
          "a plan must be a mapping of keys like 'version' and 'models', found "
              + Scalars.described(document)
              + (document instanceof SequenceNode ? "; separate several plans with '---'" : ""));
      return Optional.empty();
    }
    Optional<Node> mergekit = mergekitKey(mapping);
    if (mergekit.isPresent()) {
      problems.at(
          Place.of(mergekit.get()),
          "this looks like a mergekit file, and those are not read yet; write it as a plan with the"
              + " keys version, method, models and output");
      return Optional.empty();
    }
    return Optional.of(draft(Fields.of(mapping, Section.PLAN, problems), Place.of(document)));
  }

  private static boolean isNothing(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static Optional<Node> mergekitKey(MappingNode mapping) {
    Node found = null;
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode key) {
        if (key.getValue().equals("version")) {
          return Optional.empty();
        }
        if (found == null && Section.isMergekit(key.getValue())) {
          found = key;
        }
      }
    }
    return Optional.ofNullable(found);
  }

  private PlanDraft draft(Fields plan, Place place) {
    boolean searches = plan.optional("search").isPresent();
    plan.required("version", "version: 1").ifPresent(this::checkVersion);
    Optional<Method> method =
        plan.required("method", "method: linear")
            .flatMap(node -> scalars.oneOf(node, "method", Method.planNames(), METHODS));
    Optional<Boolean> normalize =
        plan.optional("normalize")
            .map(node -> scalars.flag(node, "normalize"))
            .orElse(Optional.of(Boolean.FALSE));
    List<Ingredient> models =
        plan.required(
                "models",
                searches ? "models: [{model: path}]" : "models: [{model: path, weight: 1}]")
            .map(node -> models(node, searches))
            .orElse(List.of());
    if (searches) {
      refuse(plan, "normalize", "a search has no weights to normalize; remove it");
    } else {
      refuse(plan, "evaluate", "only a search evaluates; add a section 'search', or remove it");
      normalize.ifPresent(divided -> checkWeights(models, divided, plan.placeOf("models")));
    }
    OutputDtypes dtypes = dtypes(plan);
    Optional<Located<String>> donor =
        plan.optional("donor").flatMap(node -> scalars.text(node, "donor"));
    Optional<Fields> output =
        plan.required("output", "output: {path: out/soup}").flatMap(this::output);
    return new PlanDraft(
        method.orElse(Method.LINEAR),
        models,
        normalize.orElse(Boolean.FALSE),
        dtypes,
        donor,
        output
            .flatMap(fields -> fields.required("path", "path: out/soup"))
            .flatMap(node -> scalars.text(node, "path")),
        output
            .flatMap(fields -> fields.optional("shard_size"))
            .flatMap(node -> scalars.size(node, "shard_size"))
            .orElse(MergePlan.DEFAULT_SHARD_SIZE),
        plan.optional("non_finite")
            .flatMap(node -> scalars.oneOf(node, "non_finite", List.of("fail", "warn"), POLICIES))
            .orElse(NonFinitePolicy.FAIL),
        place,
        searches ? Optional.of(new SearchBinder(problems).bind(plan)) : Optional.empty());
  }

  private OutputDtypes dtypes(Fields plan) {
    List<String> keep =
        plan.optional("keep_float32")
            .map(node -> values.list(node, "keep_float32", "['*.norm.weight']"))
            .orElse(List.of());
    if (plan.optional("dtype").isEmpty()) {
      refuse(plan, "keep_float32", "without 'dtype' every tensor keeps its own; remove it");
    }
    return new OutputDtypes(
        plan.optional("dtype").flatMap(node -> scalars.oneOf(node, "dtype", SHOWN_DTYPES, DTYPES)),
        keep);
  }

  private void refuse(Fields plan, String key, String why) {
    plan.optional(key).ifPresent(_ -> problems.at(plan.placeOf(key), why));
  }

  private void checkVersion(Node node) {
    boolean one =
        node instanceof ScalarNode scalar
            && scalar.getTag().equals(Tag.INT)
            && scalar.getValue().equals("1");
    if (!one) {
      problems.at(
          Place.of(node),
          "version must be the number 1, the only one there is, found " + Scalars.described(node));
    }
  }

  private List<Ingredient> models(Node node, boolean searches) {
    if (!(node instanceof SequenceNode list)) {
      problems.at(
          Place.of(node),
          "models must be a list of entries like '- "
              + example(searches)
              + "', found "
              + Scalars.described(node));
      return List.of();
    }
    if (list.getValue().isEmpty()) {
      problems.at(Place.of(node), "models is empty; list at least one checkpoint");
    }
    List<Ingredient> models = new ArrayList<>();
    for (Node entry : list.getValue()) {
      models.add(model(entry, searches));
    }
    return models;
  }

  private static String example(boolean searches) {
    return searches ? "{model: path}" : "{model: path, weight: 0.5}";
  }

  private Ingredient model(Node node, boolean searches) {
    if (!(node instanceof MappingNode mapping)) {
      problems.at(
          Place.of(node),
          "a model must be an entry like '"
              + example(searches)
              + "', found "
              + Scalars.described(node));
      return Ingredient.NOTHING;
    }
    Fields model = Fields.of(mapping, searches ? Section.CANDIDATE : Section.MODEL, problems);
    return new Ingredient(
        model.required("model", "model: path").flatMap(value -> scalars.text(value, "model")),
        searches
            ? Optional.empty()
            : model.required("weight", "weight: 0.5").flatMap(scalars::weight),
        searches
            ? model.optional("name").flatMap(value -> scalars.text(value, "name"))
            : Optional.empty());
  }

  private Optional<Fields> output(Node node) {
    if (node instanceof MappingNode mapping) {
      return Optional.of(Fields.of(mapping, Section.OUTPUT, problems));
    }
    String instead = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    problems.at(
        Place.of(node),
        "output must be a mapping, found "
            + Scalars.described(node)
            + "; write "
            + Wording.quoted("output: {path: " + (instead.isEmpty() ? "out/soup" : instead) + "}"));
    return Optional.empty();
  }

  private void checkWeights(List<Ingredient> models, boolean normalize, Place place) {
    List<Fraction> weights = models.stream().flatMap(m -> m.weight().stream()).toList();
    if (weights.isEmpty() || weights.size() < models.size()) {
      return;
    }
    try {
      if (normalize) {
        CommonDenominator.normalized(weights);
        return;
      }
      CommonDenominator exact = CommonDenominator.of(weights);
      Fraction sum = exact.sum();
      if (!sum.equals(Fraction.ONE)) {
        problems.at(place, "the weights sum to " + sum + ", not 1; " + cure(sum));
      }
    } catch (ArithmeticException e) {
      problems.at(place, String.valueOf(e.getMessage()));
    }
  }

  private static String cure(Fraction sum) {
    return switch (sum.signum()) {
      case 0 -> "change them so that they sum to 1";
      case -1 -> "change them so that they sum to 1, or set 'normalize: true'";
      default ->
          sum.numerator().compareTo(sum.denominator()) < 0
              ? "add what is missing or set 'normalize: true'"
              : "take away what is too much or set 'normalize: true'";
    };
  }
}
