package dev.stockpot.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * What an option is where the command line does not say it: the environment's {@code
 * STOCKPOT_THREADS} for {@code --threads}, else {@code stockpot.cli.threads} of {@code
 * ./stockpot.conf}, else that of the user's own {@code stockpot/stockpot.conf} under {@code
 * XDG_CONFIG_HOME} or {@code ~/.config}, else the option's default.
 */
final class SettingDefaults implements IDefaultValueProvider {

  /** The options that make sense as a standing choice; others are about one call. */
  private static final List<String> SETTINGS =
      List.of("--threads", "--workers", "--coordinator", "--token-file", "--ca", "--retry-for");

  private @Nullable Config config;

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || !SETTINGS.contains(option.longestName())) {
      return null;
    }
    String name = option.longestName().substring(2);
    String environment =
        System.getenv("STOCKPOT_" + name.toUpperCase(Locale.ROOT).replace('-', '_'));
    return environment != null ? environment : configured("stockpot.cli." + name);
  }

  private @Nullable String configured(String key) {
    try {
      if (config == null) {
        config =
            load(Path.of("stockpot.conf")).withFallback(load(UserFiles.named("stockpot.conf")));
      }
      if (!config.hasPath(key)) {
        return null;
      }
      return config.getValue(key).valueType() == ConfigValueType.LIST
          ? String.join(",", config.getStringList(key))
          : config.getString(key);
    } catch (ConfigException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private static Config load(Path file) {
    return Files.isRegularFile(file)
        ? ConfigFactory.parseFile(file.toFile())
        : ConfigFactory.empty();
  }
}
