package dev.stockpot.cli.deployment;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Which settings there are, from the defaults of our modules. */
final class ReferenceSettings {

  private ReferenceSettings() {}

  /** Full keys of all that no comment calls internal. */
  static Set<String> forUsers() throws IOException {
    Set<String> keys = new TreeSet<>();
    for (URL each :
        Collections.list(ReferenceSettings.class.getClassLoader().getResources("reference.conf"))) {
      if (ConfigFactory.parseURL(each).root().get("stockpot") instanceof ConfigObject ours) {
        collect("stockpot", ours, value -> !isInternal(value), keys);
      }
    }
    return keys;
  }

  /** Full keys of all that it has. */
  static Set<String> keys(ConfigObject settings) {
    Set<String> keys = new TreeSet<>();
    settings.forEach((key, value) -> collect(key, (ConfigObject) value, _ -> true, keys));
    return keys;
  }

  private static boolean isInternal(ConfigValue value) {
    return value.origin().comments().stream().anyMatch(line -> line.startsWith(" Internal."));
  }

  private static void collect(
      String path, ConfigObject section, Predicate<ConfigValue> wanted, Set<String> keys) {
    section.forEach((key, value) -> {
      if (wanted.test(value)) {
        if (value instanceof ConfigObject inner) {
          collect(path + "." + key, inner, wanted, keys);
        } else {
          keys.add(path + "." + key);
        }
      }
    });
  }
}
