package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchStoryTest {

  @TempDir private Path directory;

  private final SearchState state = new SearchState();
  private final SearchStory story = new SearchStory(name -> Path.of("/logs", name));
  private final List<SearchDetail> told = new ArrayList<>();

  private List<Action> after(SearchCourse[] course, Happened happened) {
    happened.events().forEach(state::apply);
    SearchCourse.Step step = course[0].on(happened, state);
    course[0] = step.next();
    course[0].run().ifPresent(run -> told.addAll(story.of(happened, step.actions(), run)));
    return step.actions();
  }

  /** To its commit, each evaluation with other scores. */
  private void search(Search search) {
    SearchCourse[] course = {SearchCourse.begin(directory)};
    SearchSummary summary =
        new SearchSummary(
            Path.of("best"), Path.of("report"), Optional.empty(), 1, 4, Duration.ZERO);
    List<Action> open = new ArrayList<>();
    after(course, new Happened.Restored());
    after(course, new Happened.PlanRead(search, Optional.empty()));
    open.addAll(after(course, new Happened.FilesFound(search, Set.of())));
    double score = 0;
    while (!(course[0].phase() instanceof SearchCourse.Committing)) {
      switch (open.removeFirst()) {
        case Action.Evaluate(_, Task task, String evaluation) -> {
          score++;
          Map<String, Double> scores = Map.of("x", score, "y", score, "z", score);
          open.addAll(
              after(
                  course,
                  new Happened.Evaluated(
                      task,
                      new Evaluation.Scored(scores, Map.of(), Duration.ofSeconds(3)),
                      Optional.of(new SearchEvent.Scored(evaluation, scores, Map.of(), 3_000)))));
        }
        case Action.Claim(_, List<Candidate> batch) ->
            open.addAll(
                after(course, new Happened.BatchReleased(batch, new JobUpdate.Finished(summary))));
        case Action.Delete(List<Candidate> gone) ->
            open.addAll(after(course, new Happened.Deleted(gone)));
        case Action.LookUp _ -> open.addAll(after(course, new Happened.LookedUp(List.of())));
        default -> {}
      }
    }
  }

  @Test
  void everyCandidateIsListedMergedAndEvaluated() throws Exception {
    search(ThreeModels.search(directory, ", refine: successive", 3, "", 1, ""));
    assertThat(told.getFirst())
        .isInstanceOfSatisfying(
            SearchDetail.SearchOutlined.class,
            outline -> {
              assertThat(outline.models()).containsExactly("a", "b", "c");
              assertThat(outline.categories()).containsExactly("x", "y", "z");
              assertThat(outline.objective()).isEqualTo("mean of x, y, z");
            });
    Map<String, SearchDetail.Listed> listed = new HashMap<>();
    Map<String, String> states = new HashMap<>();
    for (SearchDetail detail : told) {
      switch (detail) {
        case SearchDetail.SearchOutlined _ -> {}
        case SearchDetail.CandidatesListed(var candidates) ->
            candidates.forEach(one -> assertThat(listed.put(one.name(), one)).isNull());
        case SearchDetail.CandidatesMerging(var names) ->
            names.forEach(name -> states.put(name, "merging"));
        case SearchDetail.CandidatesMerged(var names) ->
            names.forEach(name -> assertThat(states.put(name, "merged")).isEqualTo("merging"));
        case SearchDetail.EvaluationStarted started -> {
          assertThat(states.put(started.name(), "evaluating")).isIn(null, "merged");
          assertThat(started.log().getParent()).isEqualTo(Path.of("/logs"));
        }
        case SearchDetail.EvaluationEnded ended -> {
          assertThat(states.put(ended.name(), "done")).isEqualTo("evaluating");
          assertThat(ended.scores()).isPresent();
          assertThat(ended.took()).isEqualTo(Duration.ofSeconds(3));
        }
      }
    }
    assertThat(states.keySet()).isEqualTo(listed.keySet());
    assertThat(listed.values())
        .extracting(SearchDetail.Listed::kind)
        .contains(
            SearchDetail.Kind.SINGLE,
            SearchDetail.Kind.UNIFORM,
            SearchDetail.Kind.GRID,
            SearchDetail.Kind.REFINED);
    assertThat(listed.values())
        .allSatisfy(one -> {
          assertThat(one.weights()).containsOnlyKeys("a", "b", "c");
          assertThat(one.weights().values().stream().mapToDouble(weight -> weight).sum())
              .isBetween(0.999, 1.001);
        });
  }
}
