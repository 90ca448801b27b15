package dev.stockpot.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as plans and options write them: {@code 90s}, {@code 30m}, {@code 2h}. */
public final class Durations {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?) ?(s|m|min|h|d)");
  private static final Map<String, Long> MILLIS =
      Map.of("s", 1_000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final Duration LONGEST = Duration.ofDays(365);

  private Durations() {}

  /** The length that the text says; empty for anything else, for none, and for over 365 days. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unit = Objects.requireNonNull(MILLIS.get(matcher.group(2)));
    BigDecimal millis = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    return Optional.of(Duration.ofMillis(millis.longValue()))
        .filter(duration -> duration.isPositive() && duration.compareTo(LONGEST) <= 0);
  }
}
