package dev.stockpot.cli.console;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte sizes as people read and write them: {@code 2.47 GB}, {@code 512MB}, {@code 1GiB}. */
public final class Sizes {

  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?)(i?)B?");

  private Sizes() {}

  /** {@code 512 B}, {@code 2.47 GB}: powers of ten, as disks and downloads are measured. */
  public static String format(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.995 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.2f %s", value, UNITS[unit]);
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
