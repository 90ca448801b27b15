package dev.stockpot.cli.settings;

import java.nio.file.Path;
import java.util.Optional;

/** Where a user's own settings are, and what is kept for the user. */
public final class UserFiles {

  private UserFiles() {}

  /** That file in {@code stockpot/} under {@code XDG_CONFIG_HOME} or {@code ~/.config}. */
  public static Path named(String name) {
    return base("XDG_CONFIG_HOME", ".config").resolve(name);
  }

  /** The same under {@code XDG_STATE_HOME} or {@code ~/.local/state}. */
  public static Path state(String name) {
    return base("XDG_STATE_HOME", ".local/state").resolve(name);
  }

  /** Empty for a user who has none of their own, as in some containers. */
  public static Optional<Path> home() {
    return Optional.of(Path.of(System.getProperty("user.home")))
        .filter(home -> home.isAbsolute() && home.getNameCount() > 0);
  }

  /**
   * A path that the user wrote, which may begin with {@code ~/}, as paths in plans may: shells
   * leave that alone in {@code --option=~/file}.
   */
  public static Path written(String path) {
    return path.equals("~") || path.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), path.substring(1))
        : Path.of(path);
  }

  /** As the XDG Base Directory Specification has it, relative paths are ignored. */
  private static Path base(String variable, String usual) {
    return Optional.ofNullable(System.getenv(variable))
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), usual))
        .resolve("stockpot");
  }
}
