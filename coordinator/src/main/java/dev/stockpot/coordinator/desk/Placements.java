package dev.stockpot.coordinator.desk;

import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.pekko.actor.Address;

/**
 * Where the tasks of each open board are done: a {@link Placement} for each node, made anew when
 * its workers change. Only nodes with a choice take any time, and only when something changes.
 * Confined to one thread.
 */
final class Placements {

  /** What a board is to be told. */
  record Told(String run, BoardNews news) {}

  /** Hears of workers that a board admits and did not, or the other way round. */
  interface Moved {
    void moved(String run, Set<WorkerId> workers);
  }

  /** One board, and the nodes that do not all serve it. */
  private static final class Placed {
    private final JobShape shape;
    private final Map<Address, Placement> nodes = new HashMap<>();
    private final Set<WorkerId> idle = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    private boolean asked;
    private boolean answered;
    private OptionalLong storage = OptionalLong.empty();

    Placed(JobShape shape) {
      this.shape = shape;
    }
  }

  /** By name. */
  private final Map<Address, Map<String, WorkerReported>> nodes = new LinkedHashMap<>();

  private final Map<String, Placed> boards = new LinkedHashMap<>();
  private final Moved moved;

  /**
   * Nobody works here yet.
   *
   * @param moved called whenever a board admits others than before
   */
  Placements(Moved moved) {
    this.moved = moved;
  }

  /** Whether the worker is to be given tasks of the board. */
  boolean admits(String run, WorkerId worker) {
    Placed placed = boards.get(run);
    return placed == null || !placed.idle.contains(worker);
  }

  /** A board opens. */
  List<Told> open(String run, JobShape shape) {
    boards.put(run, new Placed(shape));
    return placeAll(run);
  }

  void close(String run) {
    boards.remove(run);
  }

  /** How fast the inputs of a board come, as it was asked; empty if that cannot be told. */
  List<Told> storage(String run, OptionalLong bytesPerSecond) {
    Placed placed = boards.get(run);
    if (placed == null) {
      return List.of();
    }
    placed.answered = true;
    placed.storage = bytesPerSecond;
    return placeAll(run);
  }

  /** A worker has reported. */
  List<Told> see(WorkerReported report) {
    Address node = node(report);
    WorkerReported before =
        nodes.computeIfAbsent(node, _ -> new LinkedHashMap<>()).put(report.worker().name(), report);
    boolean same =
        before != null
            && before.worker().equals(report.worker())
            && before.state() == report.state()
            && before.device().equals(report.device());
    return same ? List.of() : placeOn(node);
  }

  /** A worker is gone. */
  List<Told> lose(WorkerReported last) {
    Address node = node(last);
    Map<String, WorkerReported> workers = nodes.get(node);
    if (workers == null || workers.remove(last.worker().name()) == null) {
      return List.of();
    }
    if (workers.isEmpty()) {
      nodes.remove(node);
    }
    return placeOn(node);
  }

  private static Address node(WorkerReported report) {
    return report.ref().path().address();
  }

  private List<Told> placeAll(String run) {
    List<Told> told = new ArrayList<>();
    nodes.keySet().forEach(node -> place(run, node).ifPresent(told::add));
    return told;
  }

  private List<Told> placeOn(Address node) {
    List<Told> told = new ArrayList<>();
    boards.keySet().forEach(run -> place(run, node).ifPresent(told::add));
    return told;
  }

  /** What the board is to be told: to look how fast its storage is first, and then its place. */
  private Optional<Told> place(String run, Address node) {
    Placed placed = boards.get(run);
    Collection<WorkerReported> workers = nodes.getOrDefault(node, Map.of()).values();
    if (placed == null || (!placed.nodes.containsKey(node) && !Placement.isChoice(workers))) {
      return Optional.empty();
    }
    Placement placement = Placement.of(workers, placed.shape, placed.storage);
    Placement before =
        placement.equals(Placement.ALL_SERVE)
            ? placed.nodes.remove(node)
            : placed.nodes.put(node, placement);
    move(run, placed, before == null ? Set.of() : before.idle(), placement.idle());
    if (!placed.asked && placement.choice().isPresent()) {
      placed.asked = true;
      return Optional.of(new Told(run, new BoardNews.StorageWanted()));
    }
    return placed.answered
        ? placement
            .choice()
            .filter(choice -> placed.told.add(choice.where()))
            .map(choice -> new Told(run, choice))
        : Optional.empty();
  }

  private void move(String run, Placed placed, Set<WorkerId> from, Set<WorkerId> to) {
    if (!from.equals(to)) {
      placed.idle.removeAll(from);
      placed.idle.addAll(to);
      Set<WorkerId> workers = new HashSet<>(from);
      workers.addAll(to);
      moved.moved(run, workers);
    }
  }
}
