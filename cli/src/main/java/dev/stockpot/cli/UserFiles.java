package dev.stockpot.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where a user's own settings are. */
public final class UserFiles {

  private UserFiles() {}

  /** That file in {@code stockpot/} under {@code XDG_CONFIG_HOME} or {@code ~/.config}. */
  public static Path named(String name) {
    String home =
        Optional.ofNullable(System.getenv("XDG_CONFIG_HOME"))
            .filter(path -> !path.isEmpty())
            .orElseGet(() -> System.getProperty("user.home") + "/.config");
    return Path.of(home, "stockpot", name);
  }
}
