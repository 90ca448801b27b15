package dev.stockpot.coordinator.search;

import dev.stockpot.soce.weights.Weights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a search does next: which candidates are merged, evaluated and deleted, in which order, and
 * when it has found its best. Knows no actor, no clock and no file. The state of one actor, which
 * changes in place: copied at every evaluation, it would make a search's cost quadratic.
 *
 * <p>Never more candidates are on disk than the plan allows, those being merged or deleted counted,
 * and the best so far, which stays.
 */
final class SearchBoard {

  /** What there is of a candidate on disk. */
  private enum OnDisk {
    MERGING,
    READY,
    DELETING
  }

  private final Search search;
  private final SearchState state;
  private final int mostSoupsPerMerge;
  private final FurtherCandidates further;

  /** All that are known, each with its place in the order, which decides ties. */
  private final Map<Weights, Integer> places = new HashMap<>();

  private final List<Candidate> known = new ArrayList<>();

  /** Known candidates that still need an evaluation, in order. */
  private final Set<Candidate> open = new LinkedHashSet<>();

  private final List<Task> unlooked = new ArrayList<>();
  private final Map<Task, String> evaluations = new HashMap<>();
  private final Map<Candidate, OnDisk> disk = new LinkedHashMap<>();
  private final Map<Candidate, Task> running = new HashMap<>();

  /** Outcomes of this run alone: worth another attempt in the next. */
  private final Map<String, Outcome> passing = new HashMap<>();

  private Optional<Candidate> best = Optional.empty();
  private boolean lookingUp;
  private boolean closed;
  private boolean bestLookedUp;
  private int evaluated;

  /**
   * A board at the start of a run.
   *
   * @param state what is recorded; read here, changed elsewhere
   * @param found candidates that an earlier run left on disk
   */
  SearchBoard(Search search, SearchState state, Predicate<Candidate> found, int mostSoupsPerMerge) {
    this.search = search;
    this.state = state;
    this.mostSoupsPerMerge = mostSoupsPerMerge;
    this.further = new FurtherCandidates(search);
    add(search.firstCandidates(), found);
    if (unlooked.isEmpty()) {
      lookedUp();
    }
  }

  private void add(Collection<Candidate> candidates, Predicate<Candidate> found) {
    for (Candidate candidate : candidates) {
      if (known.size() < limit() && places.putIfAbsent(candidate.weights(), known.size()) == null) {
        known.add(candidate);
        open.add(candidate);
        if (candidate.isMerged() && found.test(candidate)) {
          disk.put(candidate, OnDisk.READY);
        }
        lookUp(candidate, false);
        if (isReported(candidate)) {
          lookUp(candidate, true);
        }
      }
    }
  }

  private void lookUp(Candidate candidate, boolean heldOut) {
    Task task = new Task(candidate, heldOut);
    if (outcome(task).isEmpty()) {
      unlooked.add(task);
    }
  }

  private int limit() {
    return search.plan().search().maxEvaluations().orElse(Integer.MAX_VALUE);
  }

  private int diskLimit() {
    return search.plan().search().candidatesOnDisk();
  }

  /** Evaluations that an earlier search may have made; each is named once, and looked up now. */
  List<Task> toLookUp() {
    if (lookingUp) {
      return List.of();
    }
    List<Task> tasks = List.copyOf(unlooked);
    unlooked.clear();
    lookingUp = !tasks.isEmpty();
    return tasks;
  }

  /** What was found is recorded. */
  void lookedUp() {
    lookingUp = false;
    open.removeIf(candidate -> !staysOpen(candidate));
    evaluated =
        known.size()
            - (int) open.stream().filter(c -> outcome(new Task(c, false)).isEmpty()).count();
    goOn();
  }

  /** Not running any more; its outcome is recorded, or it never came. */
  void ended(Task task) {
    running.remove(task.candidate());
    if (!task.heldOut() && outcome(task).isPresent()) {
      evaluated++;
    }
    if (!staysOpen(task.candidate())) {
      open.remove(task.candidate());
    }
    goOn();
  }

  private void goOn() {
    while (isSettled() && !closed) {
      List<Candidate> next = further.next(best.map(Candidate::weights));
      closed = next.isEmpty() || known.size() >= limit();
      add(next, _ -> false);
    }
    if (isSettled() && !bestLookedUp) {
      bestLookedUp = true;
      best.filter(this::isOpen)
          .ifPresent(candidate -> {
            open.add(candidate);
            unlooked.add(new Task(candidate, true));
          });
    }
  }

  private boolean isSettled() {
    return open.isEmpty() && unlooked.isEmpty() && !lookingUp;
  }

  /** Whether it is still open; on the way the best is found. */
  private boolean staysOpen(Candidate candidate) {
    if (candidate.eligible() && isBetter(candidate)) {
      best = Optional.of(candidate);
    }
    return isOpen(candidate);
  }

  private boolean isBetter(Candidate candidate) {
    OptionalDouble value = value(candidate);
    if (value.isEmpty() || best.isEmpty()) {
      return value.isPresent();
    }
    double most = value(best.get()).orElseThrow();
    return value.getAsDouble() > most
        || (value.getAsDouble() == most && place(candidate) < place(best.get()));
  }

  private int place(Candidate candidate) {
    return places.getOrDefault(candidate.weights(), Integer.MAX_VALUE);
  }

  private boolean isOpen(Candidate candidate) {
    return need(candidate).isPresent() || running.containsKey(candidate);
  }

  /** No further candidate is begun: the time is over. */
  void closeEarly() {
    closed = true;
    unlooked.clear();
    open.removeIf(candidate ->
        outcome(new Task(candidate, false)).isEmpty() && !running.containsKey(candidate));
    goOn();
  }

  /** The next evaluation of a candidate. */
  private Optional<Task> need(Candidate candidate) {
    Task chooses = new Task(candidate, false);
    Optional<Outcome> outcome = outcome(chooses);
    if (outcome.isEmpty()) {
      return Optional.of(chooses);
    }
    Task heldOut = new Task(candidate, true);
    return outcome.get() instanceof Outcome.Scored
            && isReported(candidate)
            && outcome(heldOut).isEmpty()
        ? Optional.of(heldOut)
        : Optional.empty();
  }

  /** Of the best only once it is certain to be the best. */
  private boolean isReported(Candidate candidate) {
    return search.report().isPresent()
        && (candidate.isBaseline() || (isDecided() && best.equals(Optional.of(candidate))));
  }

  private boolean isDecided() {
    return closed
        && open.stream().allMatch(candidate -> outcome(new Task(candidate, false)).isPresent());
  }

  Optional<Outcome> outcome(Task task) {
    if (task.heldOut() && search.report().isEmpty()) {
      return Optional.empty();
    }
    String evaluation = evaluation(task);
    return state.outcome(evaluation).or(() -> Optional.ofNullable(passing.get(evaluation)));
  }

  /** The evaluation's name. */
  String evaluation(Task task) {
    return evaluations.computeIfAbsent(
        task, _ -> search.evaluation(task.candidate(), task.heldOut()));
  }

  /** The objective's value; empty without scores. */
  OptionalDouble value(Candidate candidate) {
    return outcome(new Task(candidate, false)).orElse(null) instanceof Outcome.Scored scored
        ? OptionalDouble.of(search.objective().of(scored.scores()))
        : OptionalDouble.empty();
  }

  /** An evaluation to start now, which is running from here on. */
  Optional<Task> nextEvaluation() {
    if (isLooking() || running.size() >= search.plan().evaluate().parallel()) {
      return Optional.empty();
    }
    Optional<Task> next =
        Stream.concat(open.stream().limit(search.models()), disk.keySet().stream())
            .filter(candidate -> open.contains(candidate) && !running.containsKey(candidate))
            .filter(candidate -> !candidate.isMerged() || disk.get(candidate) == OnDisk.READY)
            .min(Comparator.comparingInt(this::place))
            .flatMap(this::need);
    next.ifPresent(task -> running.put(task.candidate(), task));
    return next;
  }

  /** Until it is known what an earlier search found, nothing is begun. */
  boolean isLooking() {
    return lookingUp || !unlooked.isEmpty();
  }

  /** An outcome that says nothing about the candidate. */
  void passed(Task task, Outcome outcome) {
    passing.put(evaluation(task), outcome);
  }

  /** Candidates to merge now, which are being merged from here on; empty if none. */
  List<Candidate> nextBatch() {
    int free = Math.min(diskLimit() - disk.size(), mostSoupsPerMerge);
    if (isLooking() || free <= 0 || disk.containsValue(OnDisk.MERGING)) {
      return List.of();
    }
    List<Candidate> wanted =
        Stream.concat(open.stream(), isFinal() ? best.stream() : Stream.empty())
            .filter(candidate -> candidate.isMerged() && !disk.containsKey(candidate))
            .distinct()
            .limit(free)
            .toList();
    boolean worthIt = wanted.size() < free || free >= Math.max(1, diskLimit() / 2);
    if (wanted.isEmpty() || (!worthIt && hasReady())) {
      return List.of();
    }
    wanted.forEach(candidate -> disk.put(candidate, OnDisk.MERGING));
    return wanted;
  }

  /** Whether something on disk waits to be evaluated. */
  private boolean hasReady() {
    return disk.entrySet().stream()
        .anyMatch(entry ->
            entry.getValue() == OnDisk.READY
                && open.contains(entry.getKey())
                && !running.containsKey(entry.getKey()));
  }

  void merged(Collection<Candidate> batch) {
    batch.forEach(candidate -> disk.put(candidate, OnDisk.READY));
  }

  /** Candidates to delete now, which are being deleted from here on; none while others are. */
  List<Candidate> nextDeletions() {
    if (disk.containsValue(OnDisk.DELETING)) {
      return List.of();
    }
    List<Candidate> obsolete =
        disk.entrySet().stream()
            .filter(entry -> entry.getValue() == OnDisk.READY && !isNeeded(entry.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    obsolete.forEach(candidate -> disk.put(candidate, OnDisk.DELETING));
    return obsolete;
  }

  private boolean isNeeded(Candidate candidate) {
    boolean kept = best.equals(Optional.of(candidate)) && (diskLimit() > 1 || isFinal());
    return kept || open.contains(candidate);
  }

  void deleted(Collection<Candidate> candidates) {
    candidates.forEach(disk::remove);
  }

  private boolean isFinal() {
    return closed
        && !isLooking()
        && open.stream().allMatch(candidate -> best.equals(Optional.of(candidate)));
  }

  /** Whether all is evaluated, and the best, if there is one, is on disk. */
  boolean isComplete() {
    return closed
        && open.isEmpty()
        && !isLooking()
        && isIdle()
        && best.map(candidate -> disk.get(candidate) == OnDisk.READY).orElse(true);
  }

  /** Whether nothing is being evaluated, merged or deleted. */
  boolean isIdle() {
    return running.isEmpty() && disk.values().stream().allMatch(onDisk -> onDisk == OnDisk.READY);
  }

  Optional<Candidate> best() {
    return best;
  }

  /** In order. */
  List<Candidate> known() {
    return List.copyOf(known);
  }

  /** How many are known. */
  int candidates() {
    return known.size();
  }

  /** How many of them have been evaluated for the choice. */
  int evaluated() {
    return evaluated;
  }

  Set<Candidate> onDisk() {
    return Set.copyOf(disk.keySet());
  }
}
