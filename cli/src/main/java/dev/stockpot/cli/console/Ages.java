package dev.stockpot.cli.console;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;

/** Times as people say them. */
public final class Ages {

  private Ages() {}

  /** {@code 12 s}, {@code 3 min}, {@code 5 h}, {@code 2 d}: of the largest unit that fits. */
  public static String of(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min";
    }
    return seconds < 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }

  /** {@code 1 h 2 min 3 s}. */
  public static String exact(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    return (seconds >= 3600 ? seconds / 3600 + " h " : "")
        + (seconds >= 60 ? seconds / 60 % 60 + " min " : "")
        + seconds % 60
        + " s";
  }

  /** Here, to the second. */
  public static String clock(Instant time) {
    LocalDateTime here = LocalDateTime.ofInstant(time, ZoneId.systemDefault());
    return String.format(
        Locale.ROOT,
        "%s %02d:%02d:%02d",
        here.toLocalDate(),
        here.getHour(),
        here.getMinute(),
        here.getSecond());
  }
}
