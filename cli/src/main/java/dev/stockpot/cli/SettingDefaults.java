package dev.stockpot.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import dev.stockpot.cli.node.WorkerRole;
import dev.stockpot.cli.settings.SettingsFile;
import dev.stockpot.cli.settings.UserFiles;
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
  static final List<String> SETTINGS =
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
    if (environment != null) {
      return environment;
    }
    // A node has a file of its own, which says more of it.
    return option.command().userObject() instanceof WorkerRole ? null : configured(name);
  }

  private @Nullable String configured(String name) {
    try {
      if (config == null) {
        config = SettingsFile.ofCommands(SETTINGS.stream().map(each -> each.substring(2)).toList());
      }
      String key = "stockpot.cli." + name;
      if (!config.hasPath(key)) {
        return null;
      }
      String value =
          config.getValue(key).valueType() == ConfigValueType.LIST
              ? String.join(",", config.getStringList(key))
              : config.getString(key);
      if (value.isEmpty()) {
        return null;
      }
      return value.startsWith("~/") ? UserFiles.written(value).toString() : value;
    } catch (ConfigException e) {
      throw new TypeConversionException(SettingsFile.words(e));
    }
  }
}
