package dev.stockpot.plan.reading;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchObjective.Category;
import dev.stockpot.plan.SearchObjective.Group;
import dev.stockpot.plan.SearchObjective.Groups;
import dev.stockpot.plan.SearchObjective.Mean;
import dev.stockpot.plan.SearchObjective.Member;
import dev.stockpot.plan.SearchObjective.Weighted;
import dev.stockpot.plan.yaml.Fields;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Place.Located;
import dev.stockpot.plan.yaml.Problems;
import dev.stockpot.plan.yaml.Scalars;
import dev.stockpot.plan.yaml.Section;
import dev.stockpot.plan.yaml.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Binds {@code objective}: {@code mean}, {@code {weights: ...}} or {@code {groups: ...}}. */
final class ObjectiveBinder {
  private static final String FORMS =
      "objective must be 'mean', '{weights: {category: 2}}' or '{groups: {name: [category]}}', found ";

  private final Problems problems;
  private final Scalars scalars;
  private final Values values;

  ObjectiveBinder(Problems problems) {
    this.problems = problems;
    this.scalars = new Scalars(problems);
    this.values = new Values(problems);
  }

  SearchObjective bind(Node node) {
    if (node instanceof ScalarNode scalar && scalar.getValue().equals("mean")) {
      return new Mean();
    }
    if (!(node instanceof MappingNode mapping)) {
      problems.at(Place.of(node), FORMS + Scalars.described(node));
      return new Mean();
    }
    Fields fields = Fields.of(mapping, Section.OBJECTIVE, problems);
    Optional<Node> weights = fields.optional("weights");
    Optional<Node> groups = fields.optional("groups");
    if (weights.isPresent() == groups.isPresent()) {
      problems.at(
          Place.of(node),
          weights.isPresent()
              ? "objective has both 'weights' and 'groups'; keep one"
              : FORMS + "neither");
      return new Mean();
    }
    return weights.isPresent() ? weighted(weights.get()) : new Groups(groups(groups.orElseThrow()));
  }

  private SearchObjective weighted(Node node) {
    Map<String, BigDecimal> weights = new LinkedHashMap<>();
    for (NodeTuple entry : entries(node, "weights of categories, like '{coding: 2}'")) {
      Optional<Located<String>> name = scalars.text(entry.getKeyNode(), "a category");
      Optional<BigDecimal> weight =
          values.decimal(entry.getValueNode(), "a category's weight", "0.000001", "1000000");
      if (name.isPresent()
          && weight.isPresent()
          && weights.putIfAbsent(name.get().value(), weight.get()) != null) {
        twice(name.get());
      }
    }
    return weights.isEmpty() ? new Mean() : new Weighted(weights);
  }

  private void twice(Located<String> name) {
    problems.at(name.place(), Wording.quoted(name.value()) + " stands here twice; keep one");
  }

  private List<Group> groups(Node node) {
    List<Group> groups = new ArrayList<>();
    for (NodeTuple entry : entries(node, "groups, like '{tools: [single, parallel]}'")) {
      Optional<Located<String>> name = scalars.text(entry.getKeyNode(), "a group's name");
      Node value = entry.getValueNode();
      List<? extends Member> members =
          value instanceof MappingNode
              ? groups(value)
              : values.list(value, "a group", "[single, parallel]").stream()
                  .map(Category::new)
                  .toList();
      if (name.isPresent() && groups.stream().anyMatch(g -> g.name().equals(name.get().value()))) {
        twice(name.get());
      }
      name.ifPresent(known -> groups.add(new Group(known.value(), List.copyOf(members))));
    }
    return groups;
  }

  private List<NodeTuple> entries(Node node, String what) {
    if (node instanceof MappingNode mapping && !mapping.getValue().isEmpty()) {
      return mapping.getValue();
    }
    problems.at(
        Place.of(node),
        "objective needs a mapping of " + what + ", found " + Scalars.described(node));
    return List.of();
  }
}
