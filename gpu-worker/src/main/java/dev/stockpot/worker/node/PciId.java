package dev.stockpot.worker.node;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a device sits. The texts of it differ: NVML writes {@code 00000000:18:00.0}, CUDA {@code
 * 0000:18:00.0}, and letters are of either case.
 */
public record PciId(long domain, int bus, int device) {

  private static final Pattern TEXT =
      Pattern.compile("(\\p{XDigit}{1,8}):(\\p{XDigit}{1,2}):(\\p{XDigit}{1,2})(\\.\\p{XDigit})?");

  /** Empty where the text is no such id. */
  static Optional<PciId> parse(String text) {
    Matcher id = TEXT.matcher(text.strip());
    return id.matches()
        ? Optional.of(
            new PciId(
                Long.parseLong(id.group(1), 16),
                Integer.parseInt(id.group(2), 16),
                Integer.parseInt(id.group(3), 16)))
        : Optional.empty();
  }

  /** As Linux writes it: {@code 0000:18:00.0}. */
  @Override
  public String toString() {
    return "%04x:%02x:%02x.0".formatted(domain, bus, device);
  }
}
