package dev.stockpot.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What of a correlation is compared with the threshold. */
public enum CorrelationRule {
  /** |ρ|, as the paper prints it: categories that move against each other are close too. */
  ABSOLUTE,

  /** ρ itself: categories that move against each other are far apart. */
  SIGNED;

  /** The rule of that name, as plans write it: {@code absolute} or {@code signed}. */
  public static Optional<CorrelationRule> named(String name) {
    return Arrays.stream(values()).filter(rule -> rule.planName().equals(name)).findFirst();
  }

  /** How plans write it. */
  public String planName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number that must be less than the threshold. */
  public double closeness(double correlation) {
    return this == ABSOLUTE ? Math.abs(correlation) : correlation;
  }
}
