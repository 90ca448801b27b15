package dev.stockpot.coordinator.figures;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.metrics.Metered;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.Test;

/** What a persistent actor puts aside shows while its journal writes. */
class StashTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final class Diary extends EventSourcedBehavior<String, String, String> {

    private final Runnable handling = Metered.handling();

    Diary() {
      super(PersistenceId.ofUniqueId("diary"));
    }

    @Override
    public String journalPluginId() {
      return "held";
    }

    @Override
    public String emptyState() {
      return "";
    }

    @Override
    public CommandHandler<String, String, String> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onAnyCommand(command -> {
            handling.run();
            return Effect().persist(command);
          });
    }

    @Override
    public EventHandler<String, String> eventHandler() {
      return (state, event) -> state + event;
    }
  }

  private static void await(ActorTestKit kit, Metrics metrics, String... lines) {
    TestProbe<Void> probe = kit.createTestProbe();
    probe.awaitAssert(
        PATIENCE,
        () -> {
          assertThat(metrics.scrape("").toCompletableFuture().join().text().lines())
              .containsAll(List.of(lines));
          return true;
        });
  }

  @Test
  void commandsThatWaitForTheJournalAreCounted() {
    Config config =
        ConfigFactory.parseString(
                """
                held { class = "%s", plugin-dispatcher = "pekko.actor.default-dispatcher" }
                """
                    .formatted(HeldJournal.class.getName()))
            .withFallback(ConfigFactory.load("application-test"));
    Metrics metrics = new Metrics("1.2.3");
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(),
            "stash",
            ActorSystemSetup.create(
                BootstrapSetup.create(MetricsSetup.over(config)), new MetricsSetup(metrics)));
    ActorTestKit kit = ActorTestKit.create(system);
    try {
      ActorRef<String> diary =
          kit.spawn(Metered.behavior(Behaviors.setup(_ -> new Diary())), "queue");
      for (String command : List.of("a", "b", "c")) {
        diary.tell(command);
      }
      await(kit, metrics, "stockpot_actor_stashed_messages{role=\"queue\"} 2.0");
      HeldJournal.WRITTEN.complete(List.of());
      await(
          kit,
          metrics,
          "stockpot_actor_stashed_messages{role=\"queue\"} 0.0",
          "stockpot_actor_mailbox_messages{role=\"queue\"} 0.0");
    } finally {
      kit.shutdownTestKit();
    }
  }
}
