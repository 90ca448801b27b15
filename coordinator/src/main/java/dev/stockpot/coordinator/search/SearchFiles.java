package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.coordinator.evaluate.Evaluators;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.MergePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a search has in its output's staging area beside the journal: candidates, a directory a
 * batch in {@code candidates}, and what evaluators write, in {@code evaluations}. Its methods
 * block.
 */
final class SearchFiles {

  private static final int NAME_DIGITS = 16;

  /** How the name begins of what is being deleted, or was when its process ended. */
  private static final String DOOMED = ".deleted-";

  private final SearchOrder order;
  private final Path candidates;
  private final Path evaluations;

  /** Of whole candidates, by the names of their directories. */
  private final Map<String, Path> places = new ConcurrentHashMap<>();

  SearchFiles(SearchOrder order) {
    this.order = order;
    this.candidates = order.staging().root().resolve("candidates");
    this.evaluations = order.staging().root().resolve("evaluations");
  }

  /**
   * Finds what an earlier run left of these, and deletes what else it left but merges that were
   * stopped. A batch appears under its name in one moment, when it is whole, and a candidate loses
   * its name before it is deleted, so that what has a name is whole.
   */
  Set<Candidate> find(Collection<Candidate> wanted) {
    Set<String> names =
        wanted.stream().map(Candidate::directoryName).collect(Collectors.toUnmodifiableSet());
    Stream.of(candidates, evaluations)
        .flatMap(directory -> entries(directory).stream())
        .filter(SearchFiles::isDoomed)
        .forEach(SearchFiles::delete);
    for (Path batch : entries(candidates)) {
      if (!isHidden(batch)) {
        for (Path candidate : entries(batch)) {
          if (names.contains(name(candidate))) {
            places.put(name(candidate), candidate);
          } else {
            delete(candidate);
          }
        }
        deleteIfEmpty(batch);
      }
    }
    return wanted.stream()
        .filter(Candidate::isMerged)
        .filter(this::has)
        .collect(Collectors.toUnmodifiableSet());
  }

  boolean has(Candidate candidate) {
    return places.containsKey(candidate.directoryName());
  }

  /** Where the candidate's checkpoint is. */
  Path place(Candidate candidate) {
    return candidate
        .directory()
        .orElseGet(() -> Objects.requireNonNull(places.get(candidate.directoryName())));
  }

  /** Where an evaluator writes; each evaluation has a directory of its own. */
  Path evaluationOutput(String evaluation) {
    return evaluations.resolve(evaluation.substring(0, NAME_DIGITS));
  }

  /** What the evaluator prints at its first attempt. */
  Path evaluationLog(String evaluation) {
    return Evaluators.log(evaluationOutput(evaluation), 1);
  }

  void deleteEvaluationOutput(String evaluation) {
    delete(evaluationOutput(evaluation));
  }

  /**
   * Claims the place of a batch; merges of other batches, which were stopped, are deleted. What
   * {@link #delete(Collection)} deletes meanwhile is left to it.
   *
   * @param search whose plan says how soups are merged
   */
  MergeOrder claim(Search search, List<Candidate> batch) {
    String name =
        "batch-"
            + Contents.sha256(batch.stream().map(Candidate::content).toList())
                .substring(0, NAME_DIGITS);
    Path place = candidates.resolve(name);
    StagingArea staging = order.staging().claimInside(place);
    for (Path other : entries(candidates)) {
      if (isHidden(other) && !isDoomed(other) && !other.equals(staging.root())) {
        delete(other);
      }
    }
    MergePlan plan = search.plan().merge(batch.getFirst().fractions(), place);
    return new MergeOrder(
        order.id() + "/" + name,
        order.priority(),
        plan,
        batch.stream().map(Candidate::soup).toList(),
        staging,
        true,
        search.series());
  }

  /** A batch is whole. */
  void add(MergeOrder merged) {
    for (Path candidate : entries(merged.plan().output().path())) {
      places.put(name(candidate), candidate);
    }
  }

  /** Deletes candidates, one call after the other; the last of a batch takes its directory away. */
  void delete(Collection<Candidate> obsolete) {
    for (Candidate candidate : obsolete) {
      Path place = Objects.requireNonNull(places.remove(candidate.directoryName()));
      delete(place);
      deleteIfEmpty(place.resolveSibling("."));
    }
  }

  private static void delete(Path directory) {
    try {
      Path doomed = directory;
      if (!isHidden(directory) && Files.exists(directory)) {
        doomed = directory.resolveSibling(DOOMED + name(directory));
        FileTrees.delete(doomed);
        Files.move(directory, doomed, StandardCopyOption.ATOMIC_MOVE);
      }
      FileTrees.delete(doomed);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private static void deleteIfEmpty(Path directory) {
    if (entries(directory).isEmpty()) {
      delete(directory.normalize());
    }
  }

  private static boolean isDoomed(Path entry) {
    return name(entry).startsWith(DOOMED);
  }

  private static boolean isHidden(Path entry) {
    return name(entry).startsWith(".");
  }

  private static String name(Path entry) {
    return String.valueOf(entry.getFileName());
  }

  private static List<Path> entries(Path directory) {
    try {
      return FileTrees.entries(directory);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private static MergeException unusable(Path directory, IOException e) {
    return MergeException.environment(
        "%s: the search's files cannot be kept: %s".formatted(directory, FileErrors.located(e)), e);
  }
}
