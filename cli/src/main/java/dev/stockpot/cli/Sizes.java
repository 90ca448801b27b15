package dev.stockpot.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte sizes as people read and write them: {@code 2.47 GB}, {@code 512MB}, {@code 1GiB}. */
public final class Sizes {

  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};
  private static final double STEP = 1000;
  private static final double THREE_DIGITS = 100;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?)(i?)B?");

  private Sizes() {}

  /** Three significant digits in decimal units. */
  public static String format(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
      value /= STEP;
      unit++;
    }
    if (unit == 0) {
      return bytes + " B";
    }
    int decimals = value >= THREE_DIGITS - 0.5 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
  }

  /** The bytes that a text such as {@code 512MB} or {@code 2GiB} means; empty if it means none. */
  public static Optional<Long> parse(String text) {
    Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT).replace('I', 'i'));
    if (!size.matches()) {
      return Optional.empty();
    }
    long step = size.group(3).isEmpty() ? 1000 : 1024;
    long factor = 1;
    for (int i = "KMGT".indexOf(size.group(2)); !size.group(2).isEmpty() && i >= 0; i--) {
      factor *= step;
    }
    try {
      return Optional.of(Math.multiplyExact(Long.parseLong(size.group(1)), factor));
    } catch (ArithmeticException _) {
      return Optional.empty();
    }
  }
}
