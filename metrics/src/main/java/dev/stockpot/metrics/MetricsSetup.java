package dev.stockpot.metrics;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.setup.Setup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** What makes an actor system measure itself, beside the configuration that names our classes. */
public final class MetricsSetup extends Setup {

  private final Metrics metrics;

  public MetricsSetup(Metrics metrics) {
    this.metrics = metrics;
  }

  /**
   * The configuration of an actor system that is created with a {@link MetricsSetup}.
   *
   * @param root the whole configuration, which may say otherwise with {@code
   *     stockpot.metrics.actors}
   */
  public static Config over(Config root) {
    if (!wantsActors(root)) {
      return root;
    }
    return ConfigFactory.parseMap(
            Map.of(
                "pekko.actor.typed.default-mailbox.mailbox-type",
                MeteredMailbox.class.getName(),
                "pekko.remote.artery.advanced.instruments",
                List.of(RemotingInstrument.class.getName())),
            "metrics")
        .withFallback(root);
  }

  static boolean wantsActors(Config root) {
    return root.getBoolean("stockpot.metrics.actors");
  }

  /** What an actor system measures; empty where it measures nothing. */
  public static Optional<Metrics> of(ActorSystem<?> system) {
    return of(Adapter.toClassic(system));
  }

  /** What an actor system measures; empty where it measures nothing. */
  public static Optional<Metrics> of(org.apache.pekko.actor.ActorSystem system) {
    return system.settings().setup().get(MetricsSetup.class).map(setup -> setup.metrics);
  }
}
