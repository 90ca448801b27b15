package dev.stockpot.metrics;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The section {@code stockpot.metrics} of the configuration, as far as it is about a port.
 *
 * @param host where it listens
 * @param port 0 for no port at all
 */
public record MetricsSettings(String host, int port) {

  static final int MOST = 65_535;

  /**
   * Reads the section from the whole configuration.
   *
   * @throws ConfigException with file and line, if there is no such port, or others could read and
   *     nobody said so
   */
  public static MetricsSettings from(Config root) {
    Config config = root.getConfig("stockpot.metrics");
    MetricsSettings settings = new MetricsSettings(config.getString("host"), config.getInt("port"));
    if (settings.port < 0 || settings.port > MOST) {
      throw new ConfigException.BadValue(
          config.getValue("port").origin(),
          "stockpot.metrics.port",
          settings.port + " is no port: choose one from 1 to " + MOST + ", or 0 for none");
    }
    if (settings.port != 0 && !settings.isLoopback() && !config.getBoolean("for-everybody")) {
      throw new ConfigException.BadValue(
          config.getValue("host").origin(),
          "stockpot.metrics.host",
          settings.host
              + " can be reached by others, and this port asks nobody who they are: set"
              + " stockpot.metrics.for-everybody = on if the network keeps strangers out, or use"
              + " 127.0.0.1");
    }
    return settings;
  }

  /** Whether only this machine reaches it. */
  boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }
}
