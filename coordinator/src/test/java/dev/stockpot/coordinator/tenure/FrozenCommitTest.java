package dev.stockpot.coordinator.tenure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.coordinator.Soup;
import dev.stockpot.coordinator.postgres.PostgresConnections;
import dev.stockpot.coordinator.postgres.PostgresSchema;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.fixtures.PostgresServer;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A coordinator is frozen before each step of a commit in turn, another takes over, and then the
 * first goes on where it was: whatever it does, the output is whole.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FrozenCommitTest {

  private static final Duration TERM = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final List<String> OUTPUT =
      List.of(
          "README.md",
          "config.json",
          "model-00001-of-00002.safetensors",
          "model-00002-of-00002.safetensors",
          "model.safetensors.index.json",
          "stockpot-manifest.json",
          "tokenizer.json");

  @TempDir private static Path shared;
  private static @Nullable PostgresServer server;
  private static @Nullable Path library;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(PostgresServer.missing().isEmpty(), () -> PostgresServer.missing().orElseThrow());
    library = compiled();
    server = PostgresServer.start();
  }

  /** Skips the tests where it cannot be compiled. */
  private static Path compiled() throws IOException, InterruptedException {
    Path source = shared.resolve("stop-before.c");
    try (InputStream in =
        Objects.requireNonNull(FrozenCommitTest.class.getResourceAsStream("stop-before.c"))) {
      Files.copy(in, source);
    }
    Path made = shared.resolve("libstopbefore.so");
    int status;
    try {
      status =
          new ProcessBuilder(
                  "gcc",
                  "-shared",
                  "-fPIC",
                  "-O2",
                  "-o",
                  made.toString(),
                  source.toString(),
                  "-ldl")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException _) {
      status = -1;
    }
    assumeTrue(status == 0, "needs gcc and Linux, to stop a process before a system call");
    return made;
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresSettings settings(String cluster) {
    PostgresServer running = Objects.requireNonNull(server);
    PostgresSettings settings =
        new PostgresSettings(
            running.url(),
            running.user(),
            Optional.of(running.passwordFile()),
            cluster,
            TERM,
            POLL,
            true);
    PostgresSchema.prepare(new PostgresConnections(settings));
    return settings;
  }

  @Test
  void itFinishesUnderTheAreasLockAndTheSuccessorFindsTheOutput() throws Exception {
    int steps = 0;
    while (isFrozenBefore(steps + 1, false)) {
      steps++;
    }
    assertThat(steps).isGreaterThanOrEqualTo(10);
  }

  @Test
  void whereLocksAreForgottenTheSuccessorsOutputStays() throws Exception {
    int steps = 0;
    while (isFrozenBefore(steps + 1, true)) {
      steps++;
    }
    assertThat(steps).isGreaterThanOrEqualTo(10);
  }

  /** False if the commit has fewer steps. */
  private boolean isFrozenBefore(int step, boolean forgetsLocks) throws Exception {
    Path place = Files.createDirectory(directory.resolve(forgetsLocks + "-" + step));
    Soup soup = Soup.in(place);
    Files.writeString(Files.createDirectory(soup.output()).resolve("model.safetensors"), "old");
    PlannedMerge planned = soup.planned();
    try (StagingArea staging = StagingArea.claim(soup.output())) {
      staging.allocate(planned.shards());
    }
    PostgresSettings settings = settings(place.getFileName().toString());
    try (TenureOffice standby =
            new PostgresTenureOffice(new PostgresConnections(settings), "http://standby", _ -> {});
        TenureHolder holder =
            CommitHolder.start(
                settings, place, Objects.requireNonNull(library), step, forgetsLocks)) {
      assertThat(holder.says()).isEqualTo(TenureHolder.HOLDS + 1);
      if (!holder.says().equals("stopped")) {
        assertWhole(soup, planned);
        return false;
      }
      try (Tenure next = standby.acquire(POLL, new CountDownLatch(1)).orElseThrow()) {
        assertThat(next.epoch()).isEqualTo(2);
        if (forgetsLocks) {
          next.<Boolean>whileHeld(() -> goesOn(soup));
          assertWhole(soup, planned);
          holder.goOn();
          assertThat(holder.says()).as("what the thawed one did").isNotEmpty();
        } else {
          if (Files.exists(place.resolve(".soup.stockpot").resolve("lock"))) {
            assertThatExceptionOfType(MergeException.class)
                .isThrownBy(() -> StagingArea.claim(soup.output()))
                .withMessageContaining("is writing this output");
          }
          holder.goOn();
          assertThat(holder.says()).isEqualTo(CommitHolder.COMMITTED);
        }
        assertWhole(soup, planned);
        assertThat(next.<Boolean>whileHeld(() -> goesOn(soup))).as("it is found").isTrue();
        assertWhole(soup, planned);
      }
    }
    return true;
  }

  /** As a job of the successor does; whether the output was there already. */
  private static boolean goesOn(Soup soup) {
    try (StagingArea staging = StagingArea.claim(soup.output())) {
      OutputCommit.finishInterrupted(staging);
      PlannedMerge planned = soup.planned();
      boolean isFinished = OutputCommit.isFinished(planned);
      if (isFinished) {
        staging.delete();
      } else {
        if (!staging.isAllocated(planned.shards())) {
          staging.allocate(planned.shards());
        }
        CommitHolder.commit(staging, planned);
      }
      return isFinished;
    }
  }

  private static void assertWhole(Soup soup, PlannedMerge planned) throws IOException {
    assertThat(OutputCommit.isFinished(planned)).isTrue();
    try (Stream<Path> entries = Files.list(soup.output())) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(OUTPUT);
    }
    assertThat(Soup.tensors(soup.output()).keySet())
        .isEqualTo(Soup.tensors(soup.input("a")).keySet());
  }
}
