package dev.stockpot.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

class MeteredMailboxTest {

  private static Behavior<String> echo(ActorRef<String> told) {
    return Behaviors.receiveMessage(message -> {
      told.tell(message);
      return Behaviors.same();
    });
  }

  @Test
  void messagesThatWaitAreCountedAndTimed() throws InterruptedException {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Behavior<String> slow =
          Behaviors.receiveMessage(message -> {
            begun.countDown();
            goOn.await();
            probe.ref().tell(message);
            return Behaviors.same();
          });
      ActorRef<String> desk =
          measured.system.systemActorOf(slow, "desk", DispatcherSelector.blocking());
      desk.tell("first");
      begun.await();
      long since = System.nanoTime();
      int more = MeteredQueue.TIMED;
      for (int i = 1; i <= more; i++) {
        desk.tell("further");
      }

      assertThat(measured.sample("stockpot_actor_mailbox_messages{role=\"desk\"}")).isEqualTo(more);
      double least = (System.nanoTime() - since) / 1e9;
      goOn.countDown();
      probe.expectMessage("first");
      for (int i = 1; i <= more; i++) {
        probe.expectMessage("further");
      }

      measured.await("stockpot_actor_mailbox_messages{role=\"desk\"}", 0);
      assertThat(measured.sample("stockpot_actor_messages_total{role=\"desk\"}"))
          .isEqualTo(1 + more);
      assertThat(measured.sample("stockpot_actor_waiting_seconds_count{role=\"desk\"}"))
          .isEqualTo(2);
      assertThat(measured.sample("stockpot_actor_waiting_seconds_sum{role=\"desk\"}"))
          .isGreaterThan(least);
    }
  }

  @Test
  void messagesOfAnActorThatEndsWaitNoMore() {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      measured.metrics.follow(measured.system, false);
      Behavior<String> once =
          Behaviors.receive(String.class)
              .onMessageEquals(
                  "stop",
                  () -> {
                    probe.ref().tell("stopped");
                    return Behaviors.stopped();
                  })
              .build();
      ActorRef<String> queue = measured.kit.spawn(once, "queue");
      queue.tell("stop");
      for (int i = 0; i < 10; i++) {
        queue.tell("too late");
      }
      probe.expectMessage("stopped");
      measured.await("stockpot_actor_mailbox_messages{role=\"queue\"}", 0);
    }
  }

  @Test
  void rolesAreFewWhateverActorsAreCalled() {
    try (MeasuredSystem measured = new MeasuredSystem()) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      for (String name :
          new String[] {"job-1", "job-2", "worker-gpu-0", "merge", "historian", "stranger-7"}) {
        measured.system.systemActorOf(echo(probe.ref()), name, Props.empty()).tell(name);
        probe.expectMessage(name);
      }
      measured.await("stockpot_actor_messages_total{role=\"job\"}", 2);
      measured.await("stockpot_actor_messages_total{role=\"worker\"}", 1);
      measured.await("stockpot_actor_messages_total{role=\"merge\"}", 1);
      measured.await("stockpot_actor_messages_total{role=\"historian\"}", 1);
      assertThat(measured.scrape()).doesNotContain("stranger").doesNotContain("job-1");
    }
  }

  @Test
  void whereActorsAreNotToBeMeasuredTheyAreNot() {
    try (MeasuredSystem measured = new MeasuredSystem(Map.of("stockpot.metrics.actors", "off"))) {
      TestProbe<String> probe = measured.kit.createTestProbe();
      measured
          .system
          .systemActorOf(Metered.behavior(echo(probe.ref())), "desk", Props.empty())
          .tell("hello");
      probe.expectMessage("hello");
      assertThat(measured.scrape()).doesNotContain("role=\"desk\"");
    }
  }
}
