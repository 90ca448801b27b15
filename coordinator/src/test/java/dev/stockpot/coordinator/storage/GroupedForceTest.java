package dev.stockpot.coordinator.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GroupedForceTest {

  private final Queue<Runnable> blocking = new ArrayDeque<>();
  private int forces;
  private boolean broken;
  private final GroupedForce file = new GroupedForce(this::force, blocking::add);

  private void force() throws IOException {
    forces++;
    if (broken) {
      throw new IOException("the disk is gone");
    }
  }

  private List<CompletableFuture<Void>> ask(int times) {
    return Stream.generate(() -> file.force().toCompletableFuture()).limit(times).toList();
  }

  private void run() {
    Objects.requireNonNull(blocking.poll(), "nothing runs").run();
  }

  @Test
  void allWhoAskWhileAFlushIsUnderWayShareTheNext() {
    List<CompletableFuture<Void>> first = ask(1);
    List<CompletableFuture<Void>> others = ask(100);
    run();
    assertThat(first).allMatch(CompletableFuture::isDone);
    // What they wrote may not have been in the flush that was under way.
    assertThat(others).noneMatch(CompletableFuture::isDone);
    run();
    assertThat(others).allMatch(CompletableFuture::isDone);
    assertThat(forces).isEqualTo(2);
    assertThat(blocking).isEmpty();
  }

  @Test
  void aFlushThatFailsIsToldToAllWhoWaitedForIt() {
    ask(1);
    List<CompletableFuture<Void>> others = ask(3);
    run();
    broken = true;
    run();
    assertThat(others).allMatch(CompletableFuture::isCompletedExceptionally);
    broken = false;
    List<CompletableFuture<Void>> later = ask(1);
    run();
    assertThat(later).noneMatch(CompletableFuture::isCompletedExceptionally);
  }

  @Test
  void aProcessThatEndsLeavesNobodyWaiting() {
    GroupedForce ending =
        new GroupedForce(
            this::force,
            _ -> {
              throw new RejectedExecutionException("shut down");
            });
    assertThat(ending.force().toCompletableFuture()).isCompletedExceptionally();
    assertThat(ending.force().toCompletableFuture()).isCompletedExceptionally();
  }
}
