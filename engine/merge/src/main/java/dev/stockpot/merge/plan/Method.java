package dev.stockpot.merge.plan;

import java.util.Arrays;
import java.util.List;

/** The ways to combine checkpoints. */
public enum Method {
  /** The weighted sum of the ingredients, element by element. */
  LINEAR("linear");

  private final String planName;

  Method(String planName) {
    this.planName = planName;
  }

  /** The word that a plan uses. */
  public String planName() {
    return planName;
  }

  static List<String> planNames() {
    return Arrays.stream(values()).map(Method::planName).toList();
  }
}
