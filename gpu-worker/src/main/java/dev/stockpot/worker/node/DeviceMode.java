package dev.stockpot.worker.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** On which devices of its host a process merges. */
public enum DeviceMode {
  /** For each job on whichever is faster at it. */
  AUTO,
  CPU,
  /** On the GPUs alone; on the CPU where none serves. */
  GPU,
  /** On all, side by side. */
  ALL;

  /**
   * The setting {@code stockpot.worker.device}.
   *
   * @throws ConfigException with file and line, if it is no mode
   */
  public static DeviceMode from(Config root) {
    String key = "stockpot.worker.device";
    String text = root.getString(key);
    return parse(text)
        .orElseThrow(() ->
            new ConfigException.BadValue(
                root.getValue(key).origin(), key, "'%s' is none of %s".formatted(text, words())));
  }

  /** As options and settings write it. */
  public static Optional<DeviceMode> parse(String text) {
    return Arrays.stream(values()).filter(mode -> mode.toString().equals(text)).findFirst();
  }

  /** {@code auto, cpu, gpu, all}. */
  public static String words() {
    return Arrays.stream(values()).map(DeviceMode::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
