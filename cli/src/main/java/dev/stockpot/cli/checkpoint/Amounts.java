package dev.stockpot.cli.checkpoint;

import java.util.Locale;

/** Numbers as a reader wants them, the same in every locale. */
final class Amounts {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

  private Amounts() {}

  /** {@code 1,234,567}. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 3 tensors}, {@code 1 tensor}. */
  static String count(long n, String noun) {
    return count(n) + " " + noun + (n == 1 ? "" : "s");
  }

  /** {@code 512 B}, {@code 2.47 GB}: powers of ten, as disks and downloads are measured. */
  static String bytes(long bytes) {
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
