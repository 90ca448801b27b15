package dev.stockpot.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

class MessageInterceptorTest {

  private static Behavior<String> fragile(ActorRef<String> told) {
    Behavior<String> behavior =
        Behaviors.setup(_ -> {
          told.tell("started");
          return Behaviors.receiveMessage(message -> {
            if (message.equals("fail")) {
              throw new IllegalStateException("as it was told");
            }
            told.tell(message);
            return Behaviors.same();
          });
        });
    return Behaviors.supervise(Metered.behavior(behavior))
        .onFailure(SupervisorStrategy.restart().withLoggingEnabled(false));
  }

  @Test
  void messagesFailuresAndRestartsAreCounted() {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      ActorRef<String> worker = measured.kit.spawn(fragile(probe.ref()), "worker-cpu");
      probe.expectMessage("started");
      worker.tell("one");
      probe.expectMessage("one");
      worker.tell("fail");
      probe.expectMessage("started");
      worker.tell("two");
      probe.expectMessage("two");

      // The first of each life.
      measured.await("stockpot_actor_processing_seconds_count{role=\"worker\"}", 2);
      measured.await("stockpot_actor_failures_total{role=\"worker\"}", 1);
      measured.await("stockpot_actor_restarts_total{role=\"worker\"}", 1);
    }
  }

  @Test
  void processingTakesAsLongAsTheActorTakes() {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      AtomicLong took = new AtomicLong();
      Behavior<String> busy =
          Behaviors.receiveMessage(message -> {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < 5_000_000) {
              Thread.onSpinWait();
            }
            took.set(System.nanoTime() - begun);
            probe.ref().tell(message);
            return Behaviors.same();
          });
      measured.kit.spawn(Metered.behavior(busy), "desk").tell("hello");
      probe.expectMessage("hello");
      measured.await("stockpot_actor_processing_seconds_count{role=\"desk\"}", 1);
      assertThat(measured.sample("stockpot_actor_processing_seconds_sum{role=\"desk\"}"))
          .isGreaterThanOrEqualTo(took.get() / 1e9);

      Map<String, Object> row =
          Objects.requireNonNull(new ActorRows(measured.metrics).get().get("role/desk"));
      assertThat(row).containsEntry("processed", 1L).containsEntry("mailbox", 0L);
      assertThat((Double) row.get("processingP50")).isBetween(0.004, 2 * took.get() / 1e9);
    }
  }

  @Test
  void messagesThatReachNobodyOrAreNotUnderstoodAreCounted() {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      measured.metrics.follow(measured.system, false);
      TestProbe<Object> probe = measured.kit.createTestProbe();
      ActorRef<Object> deaf = measured.kit.spawn(Behaviors.<Object>ignore());
      ActorRef<String> stubborn =
          measured.kit.spawn(
              Behaviors.<String>receive(String.class)
                  .onMessageEquals("stop", Behaviors::stopped)
                  .build());
      stubborn.tell("something else");
      measured.await("stockpot_unhandled_messages_total", 1);
      stubborn.tell("stop");
      probe.expectTerminated(stubborn);
      stubborn.tell("are you there?");
      measured.await("stockpot_dead_letters_total", 1);
      deaf.tell("ignored, which is no loss");
      assertThat(new ActorRows(measured.metrics).get().get("system"))
          .containsEntry("deadLetters", 1L)
          .containsEntry("unhandled", 1L);
    }
  }
}
