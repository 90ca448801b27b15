package dev.stockpot.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

  /** The method that plans call by this name. */
  public static Optional<Method> named(String planName) {
    return Arrays.stream(values()).filter(method -> method.planName.equals(planName)).findFirst();
  }

  public static List<String> planNames() {
    return Arrays.stream(values()).map(Method::planName).toList();
  }
}
