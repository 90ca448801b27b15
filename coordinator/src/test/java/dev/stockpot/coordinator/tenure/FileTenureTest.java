package dev.stockpot.coordinator.tenure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tenure of a data directory, among processes. */
class FileTenureTest {

  @TempDir private Path directory;

  private FileTenureOffice office() {
    return new FileTenureOffice(directory, "http://me");
  }

  @Test
  void onlyOneHoldsItAndTheEpochGrows() {
    FileTenureOffice standby = new FileTenureOffice(directory, "http://standby");
    try (Tenure first = office().tryAcquire().orElseThrow()) {
      assertThat(first.epoch()).isEqualTo(1);
      assertThat(first.<String>whileHeld(() -> "done")).isEqualTo("done");
      assertThat(standby.tryAcquire()).isEmpty();
      assertThat(standby.holder()).contains(new TenureOffice.Holder("http://me", 1));
    }
    try (Tenure second = standby.tryAcquire().orElseThrow()) {
      assertThat(second.epoch()).isEqualTo(2);
    }
  }

  @Test
  void aKilledHolderIsFollowedByTheNext() throws IOException, InterruptedException {
    try (TenureHolder other = TenureHolder.of(directory)) {
      assertThat(other.says()).isEqualTo("holds 1");
      assertThat(office().tryAcquire()).isEmpty();
    }
    try (Tenure next =
        office().acquire(Duration.ofMillis(10), new CountDownLatch(1)).orElseThrow()) {
      assertThat(next.epoch()).isEqualTo(2);
    }
  }

  @Test
  void nothingIsDoneOnceTheLockIsNotOurs() throws IOException {
    try (Tenure tenure = office().tryAcquire().orElseThrow()) {
      Files.delete(directory.resolve("lock"));
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> tenure.whileHeld(() -> "done"))
          .withMessageContaining("its lock is not this process's any more");
    }
  }

  @Test
  void nothingIsDoneAfterItWasGivenBack() {
    Tenure tenure = office().tryAcquire().orElseThrow();
    tenure.close();
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> tenure.whileHeld(() -> "done"));
  }

  @Test
  void whoDoesNotWantItAnyMoreIsLetGo() throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    try (Tenure held = office().tryAcquire().orElseThrow()) {
      stop.countDown();
      Optional<Tenure> none = office().acquire(Duration.ofMinutes(1), stop);
      assertThat(none).isEmpty();
      assertThat(held.epoch()).isEqualTo(1);
    }
  }
}
