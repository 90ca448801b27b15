package dev.stockpot.plan.yaml;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.yaml.Place.Located;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads single values; each wrong one becomes a problem at its own place. */
public final class Scalars {
  public static final long MIN_SHARD_SIZE = 100_000;

  private static final Map<String, Long> UNITS =
      Map.of(
          "b", 1L,
          "kb", 1_000L,
          "mb", 1_000_000L,
          "gb", 1_000_000_000L,
          "tb", 1_000_000_000_000L,
          "kib", 1L << 10,
          "mib", 1L << 20,
          "gib", 1L << 30,
          "tib", 1L << 40);
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?) ?([A-Za-z]*)");
  private static final Pattern INFINITE_OR_NAN =
      Pattern.compile("[+-]?\\.?(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
  private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,9})?%");

  private final Problems problems;

  public Scalars(Problems problems) {
    this.problems = problems;
  }

  /** What a message says was found: {@code a list}, {@code 'yes'}, {@code the number 3}. */
  public static String described(Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      return node instanceof SequenceNode ? "a list" : "a mapping";
    }
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return "nothing";
    }
    boolean number = tag.equals(Tag.INT) || tag.equals(Tag.FLOAT);
    return number ? "the number " + scalar.getValue() : Wording.quoted(scalar.getValue());
  }

  /** A text that is not empty; {@code what} names the key in the message. */
  public Optional<Located<String>> text(Node node, String what) {
    if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
      return refuse(node, what + " must be text, found " + described(node));
    }
    if (!scalar.getTag().equals(Tag.STR)) {
      return refuse(
          node,
          what + " must be text, found " + described(node) + "; if it is meant, put it in quotes");
    }
    if (scalar.getValue().isBlank()) {
      return refuse(node, what + " is empty");
    }
    return Optional.of(new Located<>(scalar.getValue(), Place.of(node)));
  }

  /** One of a few words; each has a value of its own. Messages list the ones {@code shown}. */
  public <T> Optional<T> oneOf(Node node, String what, List<String> shown, Map<String, T> values) {
    String known = shown.size() == 1 ? shown.getFirst() : "one of " + String.join(", ", shown);
    if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.STR)) {
      return refuse(node, what + " must be " + known + ", found " + described(node));
    }
    T value = values.get(scalar.getValue());
    if (value != null) {
      return Optional.of(value);
    }
    List<String> words = values.keySet().stream().sorted().toList();
    return refuse(
        node,
        "unknown "
            + what
            + " "
            + described(node)
            + Wording.nearest(scalar.getValue(), words)
                .map(near -> "; did you mean " + Wording.quoted(near) + "?")
                .orElse("; it must be " + known));
  }

  public Optional<Boolean> flag(Node node, String what) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
      return Optional.of(Boolean.valueOf(scalar.getValue().toLowerCase(Locale.ROOT)));
    }
    String found = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    String cure =
        switch (found.toLowerCase(Locale.ROOT)) {
          case "yes", "on", "true", "y" -> "; write true";
          case "no", "off", "false", "n" -> "; write false";
          default -> "";
        };
    return refuse(node, what + " must be true or false, found " + described(node) + cure);
  }

  /** The exact number behind the characters that stand there, quoted or not. */
  public Optional<Fraction> weight(Node node) {
    String rule = "weight must be a number or a fraction like 1/3, found ";
    if (!(node instanceof ScalarNode scalar)) {
      return refuse(node, rule + described(node));
    }
    String text = scalar.getValue().strip();
    Optional<Fraction> weight = Fraction.parse(text);
    if (weight.isPresent()) {
      return weight;
    }
    if (INFINITE_OR_NAN.matcher(text).matches()) {
      return refuse(node, "weight must be a finite number, found " + text);
    }
    if (text.matches("[+-]?[0-9]+ ?/ ?0+")) {
      return refuse(node, "weight divides by zero: " + Wording.quoted(text));
    }
    if (PERCENT.matcher(text).matches()) {
      BigDecimal percent = new BigDecimal(text.substring(0, text.length() - 1));
      return refuse(
          node,
          rule
              + described(node)
              + "; write "
              + percent.movePointLeft(2).stripTrailingZeros().toPlainString());
    }
    if (text.matches("[0-9]{1,9},[0-9]{1,9}")) {
      return refuse(node, rule + described(node) + "; write " + text.replace(',', '.'));
    }
    String limit =
        !text.matches("[-+.0-9eE/ ]+")
            ? ""
            : text.length() > Fraction.MAX_TEXT
                ? "; it may have %d characters at most".formatted(Fraction.MAX_TEXT)
                : text.matches(".*[eE][+-]?[0-9]{3,}") ? "; exponents go from -99 to 99" : "";
    return refuse(node, rule + described(node) + limit);
  }

  /** Bytes: {@code 5GB} and {@code 500 MB} in powers of ten, {@code 1GiB} of two, or an integer. */
  public Optional<Long> size(Node node, String what) {
    String rule = what + " must be a size like 5GB, 500MB or 1GiB, found ";
    Matcher matcher = SIZE.matcher(node instanceof ScalarNode scalar ? scalar.getValue() : "");
    if (!matcher.matches()) {
      return refuse(node, rule + described(node));
    }
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    Long factor = UNITS.get(unit.isEmpty() ? "b" : unit);
    if (factor == null) {
      String known = UNITS.containsKey(unit + "b") ? "; did you mean " + unit(unit) + "?" : "";
      return refuse(node, rule + described(node) + known);
    }
    BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(factor));
    if (bytes.stripTrailingZeros().scale() > 0) {
      return refuse(node, what + " must be a whole number of bytes, found " + described(node));
    }
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return refuse(node, what + " is too large: " + described(node));
    }
    if (bytes.longValueExact() < MIN_SHARD_SIZE) {
      return refuse(
          node,
          what
              + " must be at least 100KB, found "
              + (unit.isEmpty()
                  ? bytes.toPlainString() + " bytes; is a unit like GB missing?"
                  : described(node)));
    }
    return Optional.of(bytes.longValueExact());
  }

  private static String unit(String prefix) {
    String upper = prefix.toUpperCase(Locale.ROOT);
    return "'" + upper + "B' or '" + upper + "iB'";
  }

  private <T> Optional<T> refuse(Node node, String message) {
    problems.at(Place.of(node), message);
    return Optional.empty();
  }
}
