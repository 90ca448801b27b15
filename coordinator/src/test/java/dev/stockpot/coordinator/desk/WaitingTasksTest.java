package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WaitingTasksTest {

  private static final int TASKS = 4_000;
  private static final List<String> FOUR = List.of("n/gpu-0", "n/gpu-1", "n/gpu-2", "n/gpu-3");

  private static WaitingTasks tasks(boolean divided) {
    WaitingTasks waiting = new WaitingTasks(TASKS, divided);
    IntStream.range(0, TASKS).forEach(waiting::addLast);
    return waiting;
  }

  /** What each takes when they take turns, as many as there are. */
  private static Map<String, Set<Integer>> takeTurns(WaitingTasks waiting, List<String> workers) {
    Map<String, Set<Integer>> taken = new HashMap<>();
    for (int turn = 0; !waiting.isEmpty(); turn++) {
      String worker = workers.get(turn % workers.size());
      Set<Integer> own = taken.computeIfAbsent(worker, _ -> new TreeSet<>());
      assertThat(own.add(waiting.next(worker))).isTrue();
    }
    return taken;
  }

  private static Map<String, Set<Integer>> divided(List<String> workers) {
    WaitingTasks waiting = tasks(true);
    workers.forEach(waiting::join);
    return takeTurns(waiting, workers);
  }

  /** Which part of what the worker took the first time it took the second time too. */
  private static double same(
      String worker, Map<String, Set<Integer>> first, Map<String, Set<Integer>> second) {
    Set<Integer> of = Objects.requireNonNull(first.get(worker));
    Set<Integer> in = Objects.requireNonNull(second.get(worker));
    Set<Integer> both = new HashSet<>(of);
    both.retainAll(in);
    return both.size() / (double) of.size();
  }

  @Test
  void undividedTasksAreTakenInOrderByWhomever() {
    WaitingTasks waiting = tasks(false);
    waiting.join("b");
    assertThat(IntStream.range(0, 3).map(_ -> waiting.next("a"))).containsExactly(0, 1, 2);
    waiting.addFirst(1);
    waiting.addLast(0);
    waiting.remove(3);
    assertThat(waiting.size()).isEqualTo(TASKS - 2);
    assertThat(IntStream.range(0, 2).map(_ -> waiting.next("b"))).containsExactly(1, 4);
  }

  @Test
  void everyTaskIsTakenOnceWhateverComesAndGoes() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      WaitingTasks waiting = tasks(true);
      Set<Integer> model = new HashSet<>(IntStream.range(0, TASKS).boxed().toList());
      List<Integer> taken = new ArrayList<>();
      while (!model.isEmpty()) {
        String worker = FOUR.get(random.nextInt(4));
        switch (random.nextInt(12)) {
          case 0 -> waiting.join(worker);
          case 1 -> waiting.leave(worker);
          case 2 -> {
            if (!taken.isEmpty()) {
              int back = taken.removeLast();
              waiting.addFirst(back);
              model.add(back);
            }
          }
          case 3 -> {
            int done = random.nextInt(TASKS);
            waiting.remove(done);
            model.remove(done);
          }
          default -> {
            int task = waiting.next(worker);
            assertThat(model.remove(task)).as("seed %d: task %d waited", seed, task).isTrue();
            taken.add(task);
          }
        }
        assertThat(waiting.size()).isEqualTo(model.size());
      }
      assertThat(waiting.isEmpty()).isTrue();
    }
  }

  @Test
  void workersTakeTheSameTasksOfEveryBoard() {
    Map<String, Set<Integer>> first = divided(FOUR);
    Map<String, Set<Integer>> second = divided(FOUR.reversed());
    for (String worker : FOUR) {
      assertThat(first.get(worker)).hasSizeBetween(TASKS / 4 - 1, TASKS / 4 + 1);
      assertThat(same(worker, first, second)).as(worker).isGreaterThan(0.9);
    }
  }

  @Test
  void aWorkerThatIsGoneLeavesTheOthersTheirShares() {
    Map<String, Set<Integer>> four = divided(FOUR);
    Map<String, Set<Integer>> three = divided(FOUR.subList(0, 3));
    for (String worker : FOUR.subList(0, 3)) {
      assertThat(same(worker, four, three)).as(worker).isGreaterThan(0.85);
    }
    WaitingTasks waiting = tasks(true);
    FOUR.forEach(waiting::join);
    waiting.leave(FOUR.getLast());
    assertThat(takeTurns(waiting, FOUR.subList(0, 3))).isEqualTo(three);
  }

  @Test
  void whoeverHasDoneItsShareHelpsTheOthers() {
    WaitingTasks waiting = tasks(true);
    FOUR.forEach(waiting::join);
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < TASKS; i++) {
      taken.add(waiting.next(FOUR.getFirst()));
    }
    assertThat(taken).hasSize(TASKS);
    assertThat(waiting.isEmpty()).isTrue();
  }
}
