package dev.stockpot.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor system of one process that measures itself. */
final class MeasuredSystem implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final Metrics metrics = new Metrics("1.2.3");
  final ActorSystem<Void> system;
  final ActorTestKit kit;

  MeasuredSystem() {
    this(Map.of());
  }

  MeasuredSystem(Map<String, ?> settings) {
    Config config =
        ConfigFactory.parseMap(settings)
            .withFallback(ConfigFactory.parseMap(Map.of("pekko.log-dead-letters", "off")))
            .withFallback(ConfigFactory.load());
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "measured",
            ActorSystemSetup.create(
                BootstrapSetup.create(MetricsSetup.over(config)), new MetricsSetup(metrics)));
    kit = ActorTestKit.create(system);
  }

  /** The figures of this moment in Prometheus's text. */
  String scrape() {
    return scrape("");
  }

  String scrape(String accept) {
    return metrics.scrape(accept).toCompletableFuture().join().text();
  }

  /** A sample's value; fails where there is none. */
  double sample(String nameAndLabels) {
    return Samples.of(scrape()).value(nameAndLabels);
  }

  /** Asks for it until it is that: what an actor does is counted when it has done it. */
  void await(String nameAndLabels, double value) {
    TestProbe<Void> probe = kit.createTestProbe();
    probe.awaitAssert(
        PATIENCE,
        () -> {
          assertThat(sample(nameAndLabels)).as(nameAndLabels).isEqualTo(value);
          return true;
        });
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
