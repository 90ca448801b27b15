package dev.stockpot.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.Optional;

/** What a node's settings come to. */
public final class NodeConfig {

  private static final String DATA = "stockpot.coordinator.data-dir";
  private static final String TOKEN = "stockpot.coordinator.http.token-file";

  private NodeConfig() {}

  /**
   * The whole configuration of a node: flags, then the file, then the role's defaults, then all
   * others. Substitutions may also name {@code user.home} and its like, and the environment.
   *
   * @param role {@code coordinator} or {@code worker}; the resource {@code ROLE.conf} has its
   *     defaults
   * @throws ConfigException with file and line, if the file cannot be read or sets what nothing
   *     reads
   */
  public static Config load(String role, Optional<Path> file, Config flags) {
    Config own = file.map(SettingsFile::parse).orElseGet(ConfigFactory::empty);
    Config defaults =
        ConfigFactory.parseResources(role + ".conf")
            .withFallback(ConfigFactory.defaultReferenceUnresolved());
    Config whole = resolve(role, flags.withFallback(own).withFallback(defaults));
    new KnownKeys(withProperties(defaults).resolve()).check(own, own.resolveWith(whole));
    String roots = "stockpot." + role + ".roots";
    if (!own.hasPath(roots)) {
      requireHome(roots);
    }
    return whole;
  }

  /**
   * Whose settings the file has.
   *
   * @return {@code coordinator} if it says anything of one, else {@code worker}
   */
  public static String role(Path file) {
    Config own = SettingsFile.parse(file);
    return withProperties(own)
            .resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true))
            .hasPath("stockpot.coordinator")
        ? "coordinator"
        : "worker";
  }

  private static Config resolve(String role, Config unresolved) {
    Config resolved = withProperties(unresolved).resolve();
    if (role.equals("worker")) {
      return resolved;
    }
    Config usual = ConfigFactory.empty();
    if (resolved.getString(DATA).isBlank()) {
      usual = with(usual, DATA, UserFiles.state(""));
    }
    if (resolved.getString(TOKEN).isBlank()) {
      usual = with(usual, TOKEN, UserFiles.named("token"));
    }
    if (usual.isEmpty()) {
      return resolved;
    }
    Config complete = usual.withFallback(unresolved);
    return withProperties(complete).resolve();
  }

  private static Config with(Config places, String key, Path place) {
    if (!place.isAbsolute()) {
      requireHome(key);
    }
    return places.withValue(
        key, ConfigValueFactory.fromAnyRef(place.toString(), "the user's own directories"));
  }

  private static void requireHome(String key) {
    if (UserFiles.home().isEmpty()) {
      throw new ConfigException.Generic(
          "this user has no home directory: set HOME, or " + key + " in the file of --config");
    }
  }

  /** With what substitutions may name besides. */
  static Config withProperties(Config config) {
    return config.withFallback(ConfigFactory.systemProperties().withOnlyPath("user"));
  }
}
