package dev.stockpot.benchmarks.controlplane;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.AllDeadLetters;
import org.apache.pekko.actor.SuppressedDeadLetter;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** What the nodes of the simulation have in common. */
final class Node {

  static final String SYSTEM = "control-plane";
  private static final String REMOTE = "pekko.remote.artery.";

  private Node() {}

  /** Artery TCP on a free port of the loopback, and this over all other settings. */
  static Config config(Map<String, ?> settings) {
    return ConfigFactory.parseMap(settings)
        .withFallback(
            ConfigFactory.parseMap(
                Map.of(
                    "pekko.logger-startup-timeout",
                    "60s",
                    "pekko.actor.provider",
                    "remote",
                    "pekko.remote.warn-unsafe-watch-outside-cluster",
                    "off",
                    REMOTE + "transport",
                    "tcp",
                    REMOTE + "bind.bind-timeout",
                    "30s",
                    REMOTE + "canonical.hostname",
                    "127.0.0.1",
                    REMOTE + "canonical.port",
                    0)))
        .withFallback(ConfigFactory.load());
  }

  /**
   * Counts messages that reached nobody: those that a full queue dropped, that were too large, or
   * whose receiver is not there. Not those of Pekko's own that it marks as harmless, such as the
   * end of an actor that another waits for while it ends itself.
   */
  static AtomicLong countLost(ActorSystem<?> system) {
    AtomicLong lost = new AtomicLong();
    Behavior<AllDeadLetters> counter =
        Behaviors.receiveMessage(letter -> {
          if (!(letter instanceof SuppressedDeadLetter)) {
            system.log().warn("Lost: {} to {}", letter.message(), letter.recipient());
            lost.incrementAndGet();
          }
          return Behaviors.same();
        });
    system
        .eventStream()
        .tell(
            new EventStream.Subscribe<>(
                AllDeadLetters.class,
                system.systemActorOf(counter, "lost-messages", Props.empty())));
    return lost;
  }
}
