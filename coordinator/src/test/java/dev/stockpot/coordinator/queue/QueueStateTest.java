package dev.stockpot.coordinator.queue;

import static dev.stockpot.coordinator.queue.QueueEvents.ended;
import static dev.stockpot.coordinator.queue.QueueEvents.state;
import static dev.stockpot.coordinator.queue.QueueEvents.submitted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueueState.Decision;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.LogLine.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueStateTest {

  private static List<String> started(Decision decision) {
    return decision.start().stream().map(QueuedJob::id).toList();
  }

  private static List<QueueEvent> ran(String id) {
    return List.of(
        submitted(id, 0, "/out/" + id), QueueEvents.started(id), ended(id, JobStatus.DONE));
  }

  @Test
  void whoRanBeforeGoesFirstThenPriorityThenOrderOfSubmission() {
    QueueState state =
        state(
            List.of(
                submitted("early", 0, "/a"),
                submitted("ran", -9, "/b"),
                submitted("late", 0, "/c"),
                submitted("urgent", 1, "/d"),
                QueueEvents.started("ran")));
    assertThat(started(state.decide(Set.of(), 9)))
        .containsExactly("ran", "urgent", "early", "late");
    assertThat(started(state.decide(Set.of("ran"), 2))).containsExactly("urgent");
    assertThat(started(state.decide(Set.of("ran"), 1))).isEmpty();
  }

  @Test
  void aJobThatWaitsForAnOutputLetsNobodyElseHaveItsOthers() {
    QueueState state =
        state(
            List.of(
                submitted("running", 0, "/x"),
                submitted("waits", 0, "/y", "/x"),
                submitted("would-overtake", 0, "/y"),
                submitted("free", 0, "/z"),
                QueueEvents.started("running")));
    Decision decision = state.decide(Set.of("running"), 9);
    assertThat(started(decision)).containsExactly("free");
    assertThat(decision.waiting()).isEqualTo(Map.of("waits", "running", "would-overtake", "waits"));
  }

  @Test
  void aRetriedJobKeepsItsPlaceInTheOrder() {
    QueueState state =
        state(
            List.of(
                submitted("first", 0, "/a"),
                submitted("second", 0, "/b"),
                QueueEvents.started("first"),
                ended("first", JobStatus.FAILED),
                new QueueEvent.Retried("first", QueueEvents.NOON)));
    assertThat(started(state.decide(Set.of(), 9))).containsExactly("first", "second");
    assertThat(state.job("first").orElseThrow().view().attempt()).isEqualTo(2);
  }

  @Test
  void theLastThousandThatEndedAreRememberedAndAllThatHaveNot() {
    List<QueueEvent> events = new ArrayList<>(List.of(submitted("open", 0, "/open")));
    for (int job = 0; job < QueueState.MAX_ENDED + 5; job++) {
      events.addAll(ran("job-" + job));
    }
    QueueState state = state(events);
    assertThat(state.latestFirst()).hasSize(QueueState.MAX_ENDED + 1);
    assertThat(state.job("open")).isPresent();
    assertThat(state.job("job-4")).isEmpty();
    assertThat(state.job("job-5")).isPresent();
    assertThat(state.open()).isEqualTo(1);
  }

  @Test
  void fewerAreRememberedIfTheirPlansAreLong() {
    String plan = "x".repeat(1 << 20);
    QueueState state = new QueueState();
    for (int job = 0; job < 80; job++) {
      String id = "job-" + job;
      state.apply(
          new Submitted(
              id, QueueEvents.NOON, plan, "/", "-", 0, false, List.of("/o"), List.of("/o")));
      state.apply(QueueEvents.started(id));
      state.apply(ended(id, JobStatus.DONE));
    }
    assertThat(state.latestFirst()).hasSizeBetween(50, 64);
    assertThat(state.job("job-79")).isPresent();
    assertThat(state.openSize()).isZero();
  }

  @Test
  void aSnapshotIsTheWholeStateTheOrderOfForgettingIncluded() {
    QueueState state = state(QueueEvents.recorded());
    QueueState restored = new QueueState(state.snapshot());
    assertThat(restored.snapshot()).isEqualTo(state.snapshot());
    assertThat(started(restored.decide(Set.of(), 9)))
        .isEqualTo(started(state.decide(Set.of(), 9)))
        .containsExactly("first", "third");
    assertThat(restored.openSize()).isEqualTo(state.openSize());
  }

  @Test
  void aNoteForAJobThatWasForgottenDoesNoHarm() {
    QueueState state =
        state(List.of(new QueueEvent.Noted("gone", QueueEvents.NOON, Level.INFO, "late")));
    assertThat(state.latestFirst()).isEmpty();
  }
}
