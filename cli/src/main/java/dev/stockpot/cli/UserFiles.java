package dev.stockpot.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where a user's own settings are, and what is kept for the user. */
public final class UserFiles {

  private UserFiles() {}

  /** That file in {@code stockpot/} under {@code XDG_CONFIG_HOME} or {@code ~/.config}. */
  public static Path named(String name) {
    return under("XDG_CONFIG_HOME", "/.config", name);
  }

  /** The same under {@code XDG_STATE_HOME} or {@code ~/.local/state}. */
  public static Path state(String name) {
    return under("XDG_STATE_HOME", "/.local/state", name);
  }

  private static Path under(String variable, String usual, String name) {
    String home =
        Optional.ofNullable(System.getenv(variable))
            .filter(path -> !path.isEmpty())
            .orElseGet(() -> System.getProperty("user.home") + usual);
    return Path.of(home, "stockpot", name);
  }
}
