package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.order.JobJournal;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.MergeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the actor of a search holds beside its course. */
final class JournaledSearchTest {

  private static final Config CONFIG = ConfigFactory.load("application-test");
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ActorTestKit kit = ActorTestKit.create("search", CONFIG);

  @TempDir private Path directory;

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  /** Merges that never end. */
  private record Endless(CompletableFuture<MergeOrder> first) implements JobStarter {
    @Override
    public Behavior<CancelJob> job(JobOrder order, Consumer<JobUpdate> follower) {
      first.complete((MergeOrder) order);
      return Behaviors.ignore();
    }

    @Override
    public void forget(JobOrder order) {}
  }

  @Test
  void aSearchThatBreaksOffGivesUpTheBatchThatIsMerged() throws Exception {
    Search search = ThreeModels.search(directory, "", 3, "", 1, "");
    Path evaluator = Files.writeString(directory.resolve("score"), "#!/bin/sh\n");
    assertThat(evaluator.toFile().setExecutable(true)).isTrue();
    Endless merges = new Endless(new CompletableFuture<>());
    TestProbe<JobUpdate> follower = kit.createTestProbe();
    try (StagingArea staging = StagingArea.claim(directory.resolve("best"))) {
      var actor =
          kit.spawn(
              JournaledSearch.of(
                      new SearchOrder("id", 0, search.plan(), staging, false),
                      JobJournal.from(CONFIG),
                      LONG,
                      merges,
                      EvaluatorPermission.any(),
                      Tenure.unshared(),
                      follower.ref())
                  .behavior());
      Path place = merges.first().get(LONG.toSeconds(), TimeUnit.SECONDS).staging().output();
      assertThatExceptionOfType(MergeException.class).isThrownBy(() -> staging.claimInside(place));
      kit.stop(actor);
      follower.awaitAssert(
          LONG,
          () -> {
            staging.claimInside(place).close();
            return place;
          });
    }
  }
}
