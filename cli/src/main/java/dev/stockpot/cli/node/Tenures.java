package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import dev.stockpot.coordinator.node.CoordinatorNode.TenureSource;
import dev.stockpot.coordinator.tenure.Tenure;

final class Tenures {
  private Tenures() {}

  static TenureSource from(Config config) {
    return lost -> Tenure.unshared();
  }
}
