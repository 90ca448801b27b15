package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random histories of a board beside a model of it that is too simple to be wrong. */
class TaskBoardModelTest {

  private static final int HISTORIES = 300;
  private static final int STEPS = 400;
  private static final long TERM = 1_000;
  private static final long TRAFFIC = 300;
  private static final Failure PASSING = new Failure(Failure.Kind.TRANSIENT, "a hiccup");

  @Test
  void noTaskIsLostOrLeasedTwiceAtOnceWhateverHappens() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      new History(seed).play();
    }
  }

  /** A lease as the model knows it. */
  private static final class Held {
    private final WorkerId worker;
    private final Set<Integer> open = new HashSet<>();
    private long deadline;

    Held(WorkerId worker, long deadline) {
      this.worker = worker;
      this.deadline = deadline;
    }
  }

  private static final class History {
    private final int seed;
    private final Random random;
    private final int tasks;
    private final TaskBoard board;
    private final List<WorkerId> workers =
        IntStream.range(0, 4).mapToObj(i -> new WorkerId("w" + i, i)).toList();
    private final Map<LeaseId, Held> leases = new HashMap<>();
    private final List<Grant> everGranted = new ArrayList<>();
    private final Set<Integer> done = new HashSet<>();
    private final Map<Integer, Integer> failures = new HashMap<>();
    private long now;
    private long returned;

    History(int seed) {
      this.seed = seed;
      random = new Random(seed);
      tasks = 1 + random.nextInt(40);
      board =
          new TaskBoard(
              Tasks.spec("job"),
              Tasks.ofTraffic(tasks, TRAFFIC),
              List.of(),
              Duration.ofNanos(TERM),
              Tasks.LIMITS);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        now += random.nextInt(100);
        switch (random.nextInt(8)) {
          case 0, 1 -> lease(workers.get(random.nextInt(workers.size())), random.nextInt(2_000));
          case 2, 3 -> complete();
          case 4 -> fail();
          case 5 -> expire();
          case 6 -> renew();
          default -> lose();
        }
        check();
      }
      finish();
    }

    private void lease(WorkerId worker, long capacity) {
      long held =
          leases.values().stream()
              .filter(each -> each.worker.equals(worker))
              .mapToLong(each -> each.open.size() * TRAFFIC)
              .sum();
      Set<Integer> waiting = waiting();
      Optional<Grant> grant = board.lease(worker, capacity - held, 1 + random.nextInt(3), now);
      assertThat(grant.isPresent())
          .as("seed %d: granted", seed)
          .isEqualTo(!waiting.isEmpty() && held < capacity);
      if (grant.isEmpty()) {
        return;
      }
      Held lease = new Held(worker, now + TERM);
      for (TensorTask task : grant.get().tasks()) {
        assertThat(waiting.remove(task.id()))
            .as("seed %d: task %d waited", seed, task.id())
            .isTrue();
        lease.open.add(task.id());
      }
      assertThat(held + (lease.open.size() - 1) * TRAFFIC).isLessThan(capacity);
      assertThat(leases.put(grant.get().lease(), lease)).as("a new number").isNull();
      everGranted.add(grant.get());
    }

    private Set<Integer> waiting() {
      Set<Integer> waiting = new HashSet<>(IntStream.range(0, tasks).boxed().toList());
      waiting.removeAll(done);
      leases.values().forEach(lease -> waiting.removeAll(lease.open));
      return waiting;
    }

    /** Of any lease there ever was, so that late receipts are among them. */
    private void complete() {
      if (everGranted.isEmpty()) {
        return;
      }
      Grant grant = everGranted.get(random.nextInt(everGranted.size()));
      int task = grant.tasks().get(random.nextInt(grant.tasks().size())).id();
      board.complete(grant.lease(), task);
      done.add(task);
      close(grant.lease(), task);
    }

    private void fail() {
      if (everGranted.isEmpty()) {
        return;
      }
      Grant grant = everGranted.get(random.nextInt(everGranted.size()));
      int task = grant.tasks().get(random.nextInt(grant.tasks().size())).id();
      boolean counts = !done.contains(task) && isOpen(grant.lease(), task);
      if (counts && failures.getOrDefault(task, 0) == TaskBoard.MAX_FAILURES - 1) {
        return;
      }
      assertThat(board.fail(grant.lease(), task, PASSING)).isEmpty();
      if (counts) {
        failures.merge(task, 1, Integer::sum);
        close(grant.lease(), task);
        returned++;
      }
    }

    private boolean isOpen(LeaseId id, int task) {
      Held lease = leases.get(id);
      return lease != null && lease.open.contains(task);
    }

    private void close(LeaseId id, int task) {
      Held lease = leases.get(id);
      if (lease != null && lease.open.remove(task) && lease.open.isEmpty()) {
        leases.remove(id);
      }
    }

    private void expire() {
      Set<LeaseId> over = new HashSet<>();
      leases.forEach((id, lease) -> {
        if (lease.deadline < now) {
          over.add(id);
        }
      });
      assertThat(board.expire(now).stream().map(TaskBoard.Ended::lease))
          .containsExactlyInAnyOrderElementsOf(over);
      end(over);
    }

    private void renew() {
      WorkerId worker = workers.get(random.nextInt(workers.size()));
      for (Grant grant : everGranted) {
        if (random.nextInt(4) == 0) {
          Held lease = leases.get(grant.lease());
          boolean ours = lease != null && lease.worker.equals(worker);
          assertThat(board.renew(worker, grant.lease(), now)).as("seed %d", seed).isEqualTo(ours);
          if (ours) {
            Objects.requireNonNull(lease).deadline = now + TERM;
          }
        }
      }
    }

    private void lose() {
      WorkerId worker = workers.get(random.nextInt(workers.size()));
      Set<LeaseId> over = new HashSet<>(board.leasesOf(worker));
      board.lose(worker);
      end(over);
    }

    private void end(Set<LeaseId> over) {
      for (LeaseId id : over) {
        Held lease = Objects.requireNonNull(leases.remove(id));
        returned += lease.open.stream().filter(task -> !done.contains(task)).count();
      }
    }

    private void check() {
      assertThat(board.isComplete()).as("seed %d", seed).isEqualTo(done.size() == tasks);
      assertThat(board.doneBytes()).as("seed %d", seed).isEqualTo(done.size() * TRAFFIC / 3);
      assertThat(board.returned()).as("seed %d: returned", seed).isEqualTo(returned);
      assertThat(board.leasedTraffic())
          .as("seed %d", seed)
          .isEqualTo(leases.values().stream().mapToLong(each -> each.open.size() * TRAFFIC).sum());
      assertThat(board.hasWaiting()).as("seed %d", seed).isEqualTo(!waiting().isEmpty());
      for (WorkerId worker : workers) {
        assertThat(board.leasesOf(worker))
            .as("seed %d: leases of %s", seed, worker.name())
            .containsExactlyInAnyOrderElementsOf(
                leases.entrySet().stream()
                    .filter(entry -> entry.getValue().worker.equals(worker))
                    .map(Map.Entry::getKey)
                    .toList());
      }
    }

    /** One worker that does all it is given must come to the end. */
    private void finish() {
      workers.forEach(board::lose);
      end(new HashSet<>(leases.keySet()));
      for (Optional<Grant> grant = board.lease(workers.getFirst(), 1, 1, now);
          grant.isPresent();
          grant = board.lease(workers.getFirst(), 1, 1, now)) {
        LeaseId lease = grant.get().lease();
        for (TensorTask task : grant.get().tasks()) {
          assertThat(done.add(task.id())).as("seed %d: task %d", seed, task.id()).isTrue();
          board.complete(lease, task.id());
        }
      }
      assertThat(board.isComplete()).as("seed %d", seed).isTrue();
      assertThat(done).hasSize(tasks);
    }
  }
}
