package dev.stockpot.plan.yaml;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.plan.Durations;
import dev.stockpot.plan.yaml.Place.Located;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads numbers, durations and lists; each wrong one becomes a problem at its own place. */
public final class Values {
  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,9}(\\.[0-9]{1,9})?");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w*)}");
  private static final Set<String> PLACEHOLDERS = Set.of("model", "output", "gpus", "hash");

  private final Problems problems;
  private final Scalars scalars;

  public Values(Problems problems) {
    this.problems = problems;
    this.scalars = new Scalars(problems);
  }

  /** A decimal number between two others, exact. */
  public Optional<BigDecimal> decimal(Node node, String what, String least, String most) {
    if (node instanceof ScalarNode scalar && DECIMAL.matcher(scalar.getValue()).matches()) {
      BigDecimal value = new BigDecimal(scalar.getValue());
      if (value.compareTo(new BigDecimal(least)) >= 0
          && value.compareTo(new BigDecimal(most)) <= 0) {
        return Optional.of(value);
      }
    }
    return refuse(
        node,
        "%s must be a number from %s to %s, found %s"
            .formatted(what, least, most, Scalars.described(node)));
  }

  /** A whole number from 1 on. */
  public Optional<Integer> whole(Node node, String what, int most) {
    if (isNumber(node)
        && Integer.parseInt(((ScalarNode) node).getValue()) >= 1
        && Integer.parseInt(((ScalarNode) node).getValue()) <= most) {
      return Optional.of(Integer.valueOf(((ScalarNode) node).getValue()));
    }
    return refuse(
        node,
        "%s must be a whole number from 1 to %,d, found %s"
            .formatted(what, most, Scalars.described(node)));
  }

  private static boolean isNumber(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.getTag().equals(Tag.INT)
        && scalar.getValue().matches("[0-9]{1,9}");
  }

  /** One of a few numbers. */
  public Optional<Integer> oneOfNumbers(Node node, String what, Map<String, Integer> numbers) {
    Integer number = node instanceof ScalarNode scalar ? numbers.get(scalar.getValue()) : null;
    return number != null
        ? Optional.of(number)
        : refuse(
            node,
            what
                + " must be "
                + String.join(" or ", new TreeSet<>(numbers.keySet()))
                + ", found "
                + Scalars.described(node));
  }

  /** A length of time such as {@code 2h}. */
  public Optional<Duration> duration(Node node, String what) {
    Optional<Duration> duration =
        node instanceof ScalarNode scalar ? Durations.parse(scalar.getValue()) : Optional.empty();
    if (duration.isPresent()) {
      return duration;
    }
    return refuse(
        node,
        what
            + " must be a length of time like 90s, 30m or 2h, at most 365d, found "
            + Scalars.described(node));
  }

  /** A list of texts, none twice. */
  public List<String> list(Node node, String what, String example) {
    List<String> texts = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Node entry : entries(node, what, example)) {
      scalars
          .text(entry, "an entry of " + what)
          .ifPresent(text -> {
            if (seen.add(text.value())) {
              texts.add(text.value());
            } else {
              problems.at(
                  text.place(), Wording.quoted(text.value()) + " stands here twice; keep one");
            }
          });
    }
    return texts;
  }

  /** Program and arguments; an argument may be any scalar, and is what is written. */
  public List<String> command(Node node, String what, String example) {
    List<String> words = new ArrayList<>();
    for (Node entry : entries(node, what, example)) {
      if (entry instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
        words.add(scalar.getValue());
        checkPlaceholders(entry, scalar.getValue());
      } else {
        problems.at(
            Place.of(entry),
            "an argument must be text, found "
                + Scalars.described(entry)
                + (entry instanceof ScalarNode ? "" : "; put placeholders in quotes: \"{model}\""));
      }
    }
    for (String needed : List.of("{model}", "{output}")) {
      if (!words.isEmpty() && words.stream().noneMatch(word -> word.contains(needed))) {
        problems.at(
            Place.of(node),
            "%s never says %s; the evaluator has to be told".formatted(what, needed));
      }
    }
    return words;
  }

  private void checkPlaceholders(Node entry, String word) {
    Matcher matcher = PLACEHOLDER.matcher(word);
    while (matcher.find()) {
      if (!PLACEHOLDERS.contains(matcher.group(1))) {
        problems.at(
            Place.of(entry),
            "unknown placeholder %s; there are {model}, {output}, {gpus} and {hash}"
                .formatted(Wording.quoted(matcher.group())));
      }
    }
  }

  /** The metric of each category. */
  public Map<String, String> metrics(Node node) {
    Map<String, String> metrics = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      problems.at(
          Place.of(node),
          "metrics must be a mapping like {coding: pass@1}, found " + Scalars.described(node));
      return metrics;
    }
    for (NodeTuple entry : mapping.getValue()) {
      Optional<Located<String>> category = scalars.text(entry.getKeyNode(), "a category");
      Optional<Located<String>> metric = scalars.text(entry.getValueNode(), "a metric");
      if (category.isPresent() && metric.isPresent()) {
        metrics.put(category.get().value(), metric.get().value());
      }
    }
    return metrics;
  }

  /** Whole numbers from 0 on, none twice; there may be none. */
  public List<Integer> numbers(Node node, String what) {
    List<Integer> numbers = new ArrayList<>();
    if (node instanceof SequenceNode list && list.getValue().isEmpty()) {
      return numbers;
    }
    for (Node entry : entries(node, what, "[0, 1]")) {
      if (!isNumber(entry)) {
        problems.at(
            Place.of(entry),
            "an entry of " + what + " must be a whole number, found " + Scalars.described(entry));
      } else if (numbers.contains(Integer.valueOf(((ScalarNode) entry).getValue()))) {
        problems.at(Place.of(entry), Scalars.described(entry) + " stands here twice; keep one");
      } else {
        numbers.add(Integer.valueOf(((ScalarNode) entry).getValue()));
      }
    }
    return numbers;
  }

  private List<Node> entries(Node node, String what, String example) {
    if (!(node instanceof SequenceNode list)) {
      problems.at(
          Place.of(node),
          "%s must be a list like %s, found %s".formatted(what, example, Scalars.described(node)));
      return List.of();
    }
    if (list.getValue().isEmpty()) {
      problems.at(Place.of(node), "%s is empty; write for example %s".formatted(what, example));
    }
    return list.getValue();
  }

  private <T> Optional<T> refuse(Node node, String message) {
    problems.at(Place.of(node), message);
    return Optional.empty();
  }
}
