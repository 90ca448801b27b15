package dev.stockpot.cli.console;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a reader wants them, the same in every locale. */
public final class Numbers {

  private static final MathContext FOUR_DIGITS = new MathContext(4);

  private Numbers() {}

  /** {@code 1,234,567}. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 3 tensors}, {@code 1 tensor}. */
  public static String count(long n, String noun) {
    return count(n, noun, noun + "s");
  }

  public static String count(long n, String one, String many) {
    return count(n) + " " + (n == 1 ? one : many);
  }

  /** All its digits, without an exponent. */
  public static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /** Four digits: {@code 71.3}, {@code 0.7134}, {@code 100}. */
  public static String score(double value) {
    return BigDecimal.valueOf(value).round(FOUR_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** Three significant digits: {@code 0.00195}, {@code 1.50e-09}. */
  public static String measure(double value) {
    if (value == 0) {
      return "0";
    }
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.3g", value)
        : String.valueOf(value);
  }
}
