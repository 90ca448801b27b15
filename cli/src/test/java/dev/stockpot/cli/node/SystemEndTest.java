package dev.stockpot.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class SystemEndTest {

  @Test
  void aSystemThatDoesNotEndIsLeftBehind() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ActorSystem<String> system =
        ActorSystem.create(
            Behaviors.receiveMessage(_ -> {
              busy.countDown();
              goOn.await();
              return Behaviors.same();
            }),
            "stuck",
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.load()));
    CompletableFuture<Done> end = SystemEnd.of(system);
    system.tell("work");
    busy.await();
    assertThat(end).isNotDone();
    var _ =
        CoordinatedShutdown.get(Adapter.toClassic(system))
            .runAll(CoordinatedShutdown.unknownReason());
    end.get(60, TimeUnit.SECONDS);
    assertThat(system.getWhenTerminated().toCompletableFuture()).isNotDone();
    goOn.countDown();
    system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
