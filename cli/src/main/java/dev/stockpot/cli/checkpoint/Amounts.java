package dev.stockpot.cli.checkpoint;

import java.util.Locale;

/** Numbers as a reader wants them, the same in every locale. */
final class Amounts {
  private Amounts() {}

  /** {@code 1,234,567}. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 3 tensors}, {@code 1 tensor}. */
  static String count(long n, String noun) {
    return count(n) + " " + noun + (n == 1 ? "" : "s");
  }

  /** Three significant digits: {@code 0.00195}, {@code 1.50e-09}. */
  static String measure(double value) {
    if (value == 0) {
      return "0";
    }
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.3g", value)
        : String.valueOf(value);
  }
}
