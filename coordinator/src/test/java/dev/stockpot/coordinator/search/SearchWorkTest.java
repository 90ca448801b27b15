package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a search that read and write files; real directories. */
final class SearchWorkTest {

  private static final String EVALUATION = "0123456789abcdef".repeat(4);

  private static final Evaluation.Scored SCORED =
      new Evaluation.Scored(
          Map.of("x", 1.0, "y", 2.0, "z", 3.0), Map.of(), Duration.ofMillis(1_500));

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private Search search;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private StagingArea staging;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private SearchFiles files;

  @SuppressWarnings("NullAway.Init") // prepare() sets it
  private SearchWork work;

  @BeforeEach
  void prepare() throws Exception {
    search = ThreeModels.search(directory, "", 3, "", 1, "");
    staging = StagingArea.claim(directory.resolve("best"));
    files = new SearchFiles(order(false));
    work = work(EvaluatorPermission.any(), false);
  }

  @AfterEach
  void close() {
    staging.close();
  }

  private SearchOrder order(boolean replace) {
    return new SearchOrder("id", 0, search.plan(), staging, replace);
  }

  private SearchWork work(EvaluatorPermission permission, boolean replace) {
    return new SearchWork(order(replace), permission, Tenure.unshared(), files);
  }

  @Test
  void aPlanIsReadWithAnEvaluatorForItsCommandAlone() throws IOException {
    Path command = Files.writeString(directory.resolve("score"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
    SearchWork.Ready ready = work.read();
    assertThat(ready.finished()).isFalse();
    assertThat(ready.reporters()).isEmpty();
    assertThat(ready.search().candidateBytes()).isEqualTo(search.candidateBytes());
  }

  @Test
  void anEvaluatorThatMayNotRunHereIsRefusedWhereThePlanIs() {
    EvaluatorPermission nothing =
        EvaluatorPermission.from(
            ConfigFactory.load("application-test")
                .withValue(
                    "stockpot.coordinator.evaluators", ConfigValueFactory.fromIterable(List.of())));
    assertThatThrownBy(() -> work(nothing, false).read())
        .isInstanceOf(MergeException.class)
        .hasMessageStartingWith("plan.yaml: the evaluator './score' is not allowed on this node");
  }

  @Test
  void somethingElseInTheOutputsPlaceIsRefusedUnlessItIsToBeReplaced() throws IOException {
    Files.createDirectories(directory.resolve("best"));
    Files.writeString(directory.resolve("best/model.safetensors"), "not ours");
    assertThatThrownBy(() -> work.read())
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("this search's result");
  }

  @Test
  void whatAnEvaluationGaveIsRecordedAndFoundByLaterSearches() throws IOException {
    Path output = Files.createDirectories(files.evaluationOutput(EVALUATION));
    Files.writeString(output.resolve("scores.json"), "{}");

    Optional<SearchEvent> event = work.keep(search, EVALUATION, SCORED);

    assertThat(event)
        .contains(new SearchEvent.Scored(EVALUATION, SCORED.scores(), Map.of(), 1_500));
    assertThat(output).doesNotExist();
    assertThat(work.lookUp(search, List.of(EVALUATION, "f".repeat(64))))
        .containsExactly(new SearchEvent.Scored(EVALUATION, SCORED.scores(), Map.of(), 0));
  }

  @Test
  void aFailureIsRecordedAndKeptFromNobodyElse() {
    assertThat(work.keep(search, EVALUATION, new Evaluation.Failed("no luck", "tail")))
        .contains(new SearchEvent.Failed(EVALUATION, "no luck", "tail"));
    assertThat(work.lookUp(search, List.of(EVALUATION))).isEmpty();
  }

  @Test
  void whatSaysNothingAboutTheCandidateIsNotRecorded() {
    assertThat(work.keep(search, EVALUATION, new Evaluation.NotEvaluated("not there", "")))
        .isEmpty();
    assertThat(work.keep(search, EVALUATION, new Evaluation.Cancelled())).isEmpty();
  }

  @Test
  void aBestSoupThatIsNotWhatWasMergedIsNotCommitted() throws IOException {
    Candidate best = search.firstCandidates().get(3);
    MergeOrder merged = files.claim(search, List.of(best));
    Path place = merged.plan().output().path().resolve(best.directoryName());
    Files.createDirectories(place);
    Files.writeString(place.resolve("model.safetensors"), "something else");
    merged.staging().delete();
    merged.staging().close();
    files.add(merged);
    SearchBoard board = new SearchBoard(search, new SearchState(), _ -> false, 1);

    assertThatThrownBy(() ->
            work.commit(
                search, best, Reporting.of(search, board, Instant.parse("2026-01-02T03:04:05Z"))))
        .isInstanceOfSatisfying(
            MergeException.class,
            refused -> {
              assertThat(refused.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
              assertThat(refused.failure().message())
                  .contains("the best soup is not what was merged and evaluated");
            });
    assertThat(directory.resolve("best")).doesNotExist();
  }
}
