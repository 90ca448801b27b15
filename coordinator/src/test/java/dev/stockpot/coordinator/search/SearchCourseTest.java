package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.BatchStarted;
import dev.stockpot.coordinator.order.JobUpdate.CandidateEvaluated;
import dev.stockpot.coordinator.order.JobUpdate.End;
import dev.stockpot.coordinator.order.JobUpdate.SearchStarted;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.plan.MergePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a search does about what happens, without an actor. */
final class SearchCourseTest {

  @TempDir private Path directory;

  private final SearchState state = new SearchState();

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private Search search;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private StagingArea staging;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private SearchCourse course;

  @BeforeEach
  void prepare() throws Exception {
    begin("");
  }

  private void begin(String more) throws Exception {
    search = ThreeModels.search(directory, "", 3, more, 1, "");
    if (staging == null) {
      staging = StagingArea.claim(directory.resolve("best"));
    }
    course = SearchCourse.begin(staging.root());
  }

  @AfterEach
  void close() {
    staging.close();
  }

  /** Records what is to be recorded, as the actor does, and lets the course go on. */
  private List<Action> after(Happened happened) {
    happened.events().forEach(state::apply);
    SearchCourse.Step step = course.on(happened, state);
    course = step.next();
    return step.actions();
  }

  /** As far as to the first evaluation. */
  private List<Action> search(Candidate... onDisk) {
    after(new Happened.Restored());
    after(new Happened.PlanRead(search, Optional.empty()));
    after(new Happened.FilesFound(search, Set.of(onDisk)));
    return after(new Happened.LookedUp(List.of()));
  }

  private MergeOrder order(List<Candidate> batch) {
    MergePlan plan =
        search.plan().merge(batch.getFirst().fractions(), directory.resolve("candidates"));
    return MergeOrder.alone(plan, batch.stream().map(Candidate::soup).toList(), staging, true);
  }

  private Happened.Evaluated scored(Action.Evaluate evaluate, double score) {
    Map<String, Double> scores = Map.of("x", score, "y", score, "z", score);
    return new Happened.Evaluated(
        evaluate.task(),
        new Evaluation.Scored(scores, Map.of(), Duration.ofSeconds(3)),
        Optional.of(new SearchEvent.Scored(evaluate.evaluation(), scores, Map.of(), 3_000)));
  }

  private static <A extends Action> A only(List<Action> actions, Class<A> kind) {
    List<A> found = actions.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).as("%s", actions).hasSize(1);
    return found.getFirst();
  }

  private static List<JobUpdate> told(List<Action> actions) {
    List<JobUpdate> told = new ArrayList<>();
    for (Action action : actions) {
      if (action instanceof Action.Tell(JobUpdate update)) {
        told.add(update);
      }
    }
    return told;
  }

  private static SearchSummary summary() {
    return new SearchSummary(
        Path.of("best"), Path.of("report"), Optional.empty(), 1, 4, Duration.ZERO);
  }

  @Test
  void thePlanIsReadOnceWhatWasInterruptedIsEnded() {
    assertThat(after(new Happened.Restored())).containsExactly(new Action.ReadPlan());
    assertThat(after(new Happened.PlanRead(search, Optional.empty())))
        .containsExactly(new Action.FindFiles(search));
  }

  @Test
  void aResultThatIsThereEndsTheSearch() {
    after(new Happened.Restored());
    after(new Happened.PlanRead(search, Optional.of(summary())));
    assertThat(course.end()).contains(new JobUpdate.Finished(summary()));
  }

  @Test
  void nothingIsBegunBeforeItIsKnownWhatEarlierSearchesFound() {
    after(new Happened.Restored());
    after(new Happened.PlanRead(search, Optional.empty()));
    List<Action> actions = after(new Happened.FilesFound(search, Set.of()));
    assertThat(only(actions, Action.LookUp.class).evaluations()).hasSize(3 + 1 + 6);
    assertThat(actions)
        .allMatch(action -> action instanceof Action.LookUp || action instanceof Action.Tell);
  }

  @Test
  void theFollowerHearsHowManyCandidatesThereAreAndThatABatchIsMerged() {
    List<Action> actions = search();
    assertThat(told(actions))
        .containsExactly(
            new SearchStarted(
                search.selection().models(),
                search.selection().low().categories(),
                10,
                0,
                search.candidateBytes(),
                3),
            new BatchStarted(3));
    assertThat(only(actions, Action.Evaluate.class).task().candidate().isMerged()).isFalse();
    assertThat(only(actions, Action.Claim.class).batch()).hasSize(3);
  }

  @Test
  void whatAnEarlierRunLeftOnDiskIsNotMergedAgain() {
    Candidate left = search.firstCandidates().get(3);
    assertThat(only(search(left), Action.Claim.class).batch()).hasSize(2).doesNotContain(left);
  }

  @Test
  void anEvaluationThatEndedIsToldAndTheNextOneBegins() {
    Action.Evaluate first = only(search(), Action.Evaluate.class);
    List<Action> actions = after(scored(first, 7));
    assertThat(told(actions).getFirst())
        .isInstanceOfSatisfying(
            CandidateEvaluated.class,
            one -> {
              assertThat(one.result()).isEqualTo("7.0000");
              assertThat(one.evaluated()).isEqualTo(1);
              assertThat(one.remaining()).contains(Duration.ofSeconds(27));
            });
    assertThat(only(actions, Action.Evaluate.class).task()).isNotEqualTo(first.task());
  }

  @Test
  void anEvaluatorThatDoesNotStartIsToldAndNotRecorded() {
    Action.Evaluate first = only(search(), Action.Evaluate.class);
    List<Action> actions =
        after(
            new Happened.Evaluated(
                first.task(), new Evaluation.NotEvaluated("not there", ""), Optional.empty()));
    assertThat(told(actions).getFirst())
        .isInstanceOfSatisfying(
            CandidateEvaluated.class,
            one -> assertThat(one.result()).isEqualTo("failed: not there"));
    assertThat(state.isEmpty()).isTrue();
  }

  @Test
  void aBatchThatIsMergedIsGivenUpAndThenCounts() {
    List<Candidate> batch = only(search(), Action.Claim.class).batch();
    MergeOrder order = order(batch);
    assertThat(after(new Happened.BatchClaimed(batch, order)))
        .containsExactly(new Action.Merge(batch, order));
    End end = new JobUpdate.Finished(summary());
    assertThat(after(new Happened.BatchEnded(batch, order, end)))
        .containsExactly(new Action.Release(batch, order, end));
    after(new Happened.BatchReleased(batch, end));
    assertThat(((SearchCourse.Searching) course.phase()).run().board().onDisk()).containsAll(batch);
  }

  @Test
  void aBatchThatFailsEndsTheSearch() {
    List<Candidate> batch = only(search(), Action.Claim.class).batch();
    Failure failure = new Failure(Failure.Kind.OUT_OF_DISK, "full");
    assertThat(
            after(
                new Happened.BatchReleased(batch, new JobUpdate.Failed(failure, Optional.empty()))))
        .containsExactly(new Action.StopAll());
    assertThat(course.end()).contains(new JobUpdate.Failed(failure, Optional.empty()));
  }

  @Test
  void whereBatchesAreMergedIsToldOncePerPlace() {
    search();
    JobUpdate.Placed first = new JobUpdate.Placed("merging on the GPU", "one figure");
    assertThat(told(after(new Happened.MergeTold(first)))).containsExactly(first);
    assertThat(
            told(
                after(
                    new Happened.MergeTold(
                        new JobUpdate.Placed("merging on the GPU", "another figure")))))
        .isEmpty();
    assertThat(told(after(new Happened.MergeTold(new JobUpdate.Placed("merging on the CPU", "")))))
        .hasSize(1);
  }

  @Test
  void whatIsCancelledStopsAllAndIsResumableIfAnythingIsRecorded() {
    Action.Evaluate first = only(search(), Action.Evaluate.class);
    SearchCourse before = course;
    assertThat(after(new Happened.Cancelled())).containsExactly(new Action.StopAll());
    assertThat(course.end()).contains(new JobUpdate.Cancelled(Optional.empty()));

    course = before;
    after(scored(first, 1));
    after(new Happened.Cancelled());
    assertThat(course.end()).contains(new JobUpdate.Cancelled(Optional.of(staging.root())));
  }

  @Test
  void theFirstEndCounts() {
    search();
    after(new Happened.Cancelled());
    Optional<End> end = course.end();
    assertThat(after(new Happened.StepFailed(new Failure(Failure.Kind.BUG, "late")))).isEmpty();
    assertThat(course.end()).isEqualTo(end);
  }

  @Test
  void whatWasUnderWayWhenItEndedIsToldAndBeginsNothing() {
    List<Action> begun = search();
    List<Candidate> batch = only(begun, Action.Claim.class).batch();
    after(new Happened.Cancelled());
    assertThat(after(scored(only(begun, Action.Evaluate.class), 1)))
        .singleElement()
        .isInstanceOf(Action.Tell.class);
    MergeOrder order = order(batch);
    assertThat(after(new Happened.BatchClaimed(batch, order)))
        .containsExactly(
            new Action.Release(batch, order, new JobUpdate.Cancelled(Optional.empty())));
  }

  @Test
  void noCandidateIsBegunWhenTheTimeIsOver() throws Exception {
    begin("  max_time: 1h");
    after(new Happened.Restored());
    after(new Happened.PlanRead(search, Optional.empty()));
    assertThat(only(after(new Happened.FilesFound(search, Set.of())), Action.Wake.class).after())
        .isEqualTo(Duration.ofHours(1));
    Action.Evaluate first = only(after(new Happened.LookedUp(List.of())), Action.Evaluate.class);
    List<Action> actions = after(new Happened.TimeOver());
    assertThat(told(actions)).singleElement().isInstanceOf(JobUpdate.Noted.class);
    assertThat(after(scored(first, 1))).noneMatch(Action.Evaluate.class::isInstance);
  }

  @Test
  void aSearchIsOfNoUseWhereNothingHasScores() throws Exception {
    begin("  max_evaluations: 1");
    Action.Evaluate only = only(search(), Action.Evaluate.class);
    after(
        new Happened.Evaluated(
            only.task(),
            new Evaluation.Failed("no luck", ""),
            Optional.of(new SearchEvent.Failed(only.evaluation(), "no luck", ""))));
    assertThat(course.end())
        .contains(
            new JobUpdate.Failed(
                new Failure(
                    Failure.Kind.ENVIRONMENT,
                    "no soup has scores, so there is no best one; a 1: no luck"),
                Optional.empty()));
  }

  @Test
  void theBestIsCommittedWhenAllIsEvaluatedAndOnDisk() {
    List<Action> actions = search();
    List<Action> open = new ArrayList<>(actions);
    Optional<Action.Commit> commit = Optional.empty();
    for (int step = 0; step < 1_000 && commit.isEmpty(); step++) {
      Action next = open.removeFirst();
      switch (next) {
        case Action.Evaluate evaluate -> open.addAll(after(scored(evaluate, 1)));
        case Action.Claim(_, List<Candidate> batch) ->
            open.addAll(
                after(new Happened.BatchReleased(batch, new JobUpdate.Finished(summary()))));
        case Action.Delete(List<Candidate> gone) -> open.addAll(after(new Happened.Deleted(gone)));
        case Action.LookUp _ -> open.addAll(after(new Happened.LookedUp(List.of())));
        case Action.Commit found -> commit = Optional.of(found);
        default -> assertThat(next).isInstanceOf(Action.Tell.class);
      }
    }
    assertThat(commit).hasValueSatisfying(found -> assertThat(found.best().eligible()).isTrue());
    assertThat(course.phase()).isInstanceOf(SearchCourse.Committing.class);
    // What is being put into its place is finished.
    assertThat(after(new Happened.Cancelled())).isEmpty();
    after(new Happened.Committed(summary()));
    assertThat(course.end()).contains(new JobUpdate.Finished(summary()));
  }
}
