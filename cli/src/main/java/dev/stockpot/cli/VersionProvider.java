package dev.stockpot.cli;

import dev.stockpot.merge.manifest.StockpotVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code stockpot --version} prints. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "stockpot " + StockpotVersion.current() + " (Java " + Runtime.version().feature() + ")"
    };
  }
}
