package dev.stockpot.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A file of settings in HOCON, with the files that it includes: those beside it, or with absolute
 * paths, and each must be there.
 */
public final class SettingsFile
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  /** From the outermost file to the one that is being read. */
  private final List<Path> chain;

  private SettingsFile(List<Path> chain) {
    this.chain = chain;
  }

  /**
   * Reads it, substitutions unresolved.
   *
   * @throws ConfigException with file and line, if it or one that it includes cannot be read
   */
  public static Config parse(Path file) {
    return new SettingsFile(List.of()).read(file.normalize());
  }

  /** What is wrong, as {@code file:line: what}. */
  public static String words(ConfigException e) {
    return String.valueOf(e.getMessage()).replaceFirst("^([^:]+): (\\d+): ", "$1:$2: ");
  }

  private Config read(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw refused(file + ": no such file, or unreadable" + (chain.isEmpty() ? "" : included()));
    }
    if (chain.contains(file)) {
      throw refused(file + ": includes itself" + included());
    }
    List<Path> longer = new ArrayList<>(chain);
    longer.add(file);
    return ConfigFactory.parseFile(
        file.toFile(),
        ConfigParseOptions.defaults()
            .setAllowMissing(false)
            .setOriginDescription(file.toString())
            .setIncluder(new SettingsFile(longer)));
  }

  private String included() {
    return "; " + chain.getLast() + " includes it";
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    return read(chain.getLast().resolveSibling(what).normalize()).root();
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return include(context, what.getPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw onlyFiles("url(\"" + what + "\")");
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw onlyFiles("classpath(\"" + what + "\")");
  }

  private ConfigException onlyFiles(String what) {
    return refused("%s: includes %s; only files can be included".formatted(chain.getLast(), what));
  }

  private static ConfigException refused(String message) {
    return new ConfigException.Generic(message);
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  /**
   * What {@code stockpot.conf} says, the user's and before it that of the current directory: those
   * of the two that are there.
   *
   * @param names of the settings, each a key below {@code stockpot.cli}
   * @throws ConfigException with file and line, if one cannot be read or sets what nothing reads
   */
  public static Config ofCommands(List<String> names) {
    return ofCommands(Path.of("stockpot.conf"), names)
        .withFallback(ofCommands(UserFiles.named("stockpot.conf"), names));
  }

  private static Config ofCommands(Path file, List<String> names) {
    if (Files.notExists(file)) {
      return ConfigFactory.empty();
    }
    Config written = parse(file);
    Config resolved = written.resolveWith(NodeConfig.withProperties(written).resolve());
    Config known =
        ConfigFactory.parseMap(
            names.stream().collect(Collectors.toMap(name -> "stockpot.cli." + name, _ -> "")));
    new KnownKeys(known).check(written, resolved);
    return resolved;
  }
}
