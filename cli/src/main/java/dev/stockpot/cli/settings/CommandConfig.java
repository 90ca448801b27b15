package dev.stockpot.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code stockpot.conf} says, the user's and before it that of the current directory. */
public final class CommandConfig {

  private CommandConfig() {}

  /**
   * Reads those of the two that are there.
   *
   * @param names of the settings, each a key below {@code stockpot.cli}
   * @throws ConfigException with file and line, if one cannot be read or sets what nothing reads
   */
  public static Config load(List<String> names) {
    return load(Path.of("stockpot.conf"), names)
        .withFallback(load(UserFiles.named("stockpot.conf"), names));
  }

  private static Config load(Path file, List<String> names) {
    if (Files.notExists(file)) {
      return ConfigFactory.empty();
    }
    Config written = SettingsFile.parse(file);
    Config resolved = written.resolveWith(NodeConfig.withProperties(written).resolve());
    Config known =
        ConfigFactory.parseMap(
            names.stream().collect(Collectors.toMap(name -> "stockpot.cli." + name, _ -> "")));
    new KnownKeys(known).check(written, resolved);
    return resolved;
  }
}
