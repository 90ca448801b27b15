package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Searches over real checkpoints, with an evaluator that is a real process. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class SearchTest {

  @TempDir private Path directory;

  @Test
  void theBestSoupHasTheBytesOfAPlainMergeAndTheReportNamesEveryCandidate()
      throws InterruptedException, IOException {
    SearchSite site = SearchSite.create(directory);

    Ended ended = site.search();

    assertThat(ended.status()).as(ended.err()).isZero();
    JsonNode json = ended.json();
    List<JsonNode> board = list(json.get("leaderboard"));
    assertThat(board).hasSize(SearchSite.BASELINES + SearchSite.COARSE_POINTS);
    assertThat(board)
        .isSortedAccordingTo((one, other) ->
            Double.compare(other.get("score").asDouble(), one.get("score").asDouble()));
    assertThat(list(json.get("experts")).stream().map(JsonNode::asString))
        .containsExactly("rev", "sort", "max");
    JsonNode best = json.get("best");
    assertThat(best.get("role").asString()).isIn("candidate", "uniform_of_selected");
    assertThat(board.stream().filter(each -> each.has("heldOut")).map(SearchTest::role))
        .filteredOn(role -> !role.equals("candidate"))
        .hasSize(SearchSite.BASELINES);
    assertThat(site.onDisk()).allMatch(candidates -> candidates <= SearchSite.ON_DISK);
    assertThat(new HashSet<>(site.runs())).hasSameSizeAs(site.runs());
    assertThat(site.staging()).doesNotExist();
    assertThat(merged(best.get("weights").asString().split(" "))).isEqualTo(shards(site.output()));
    assertThat(StockpotProcess.run(directory, "verify", "--all", "served/best").status()).isZero();
  }

  /** The shards of a plain merge of the experts with these weights of all models. */
  private Map<String, String> merged(String... weights) throws IOException, InterruptedException {
    String plan = Files.readString(directory.resolve("plan.yaml"));
    StringBuilder merge = new StringBuilder("version: 1\nmethod: linear\nmodels:\n");
    List<String> models = plan.lines().filter(line -> line.contains("{model:")).toList();
    for (int i = 0; i < weights.length; i++) {
      if (!weights[i].equals("0")) {
        merge.append(models.get(i).replace("}", ", weight: " + weights[i] + "}")).append('\n');
      }
    }
    merge.append("output: {path: plain}\n");
    Files.writeString(directory.resolve("merge.yaml"), merge);
    Ended ended = StockpotProcess.run(directory, "merge", "merge.yaml");
    assertThat(ended.status()).as(ended.err()).isZero();
    return shards(directory.resolve("plain"));
  }

  private static Map<String, String> shards(Path checkpoint) {
    Map<String, String> files = MergeSite.checksums(checkpoint);
    files.keySet().removeIf(name -> !name.endsWith(".safetensors"));
    assertThat(files).isNotEmpty();
    return files;
  }

  @Test
  void aFinerGridPaysOnlyForItsNewPoints() throws InterruptedException {
    SearchSite site = SearchSite.create(directory);
    assertThat(site.search().status()).isZero();
    Set<String> before = Set.copyOf(site.runs());
    site.writePlan("served/finer", SearchSite.FINE, "");

    Ended ended = site.search();

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err())
        .contains("%d of them known already".formatted(before.size() - heldOut(before)));
    assertThat(list(ended.json().get("leaderboard")))
        .hasSize(SearchSite.BASELINES + SearchSite.FINE_POINTS);
    assertThat(new HashSet<>(site.runs())).hasSameSizeAs(site.runs());
  }

  private static int heldOut(Set<String> runs) {
    return (int) runs.stream().filter(run -> run.startsWith("held-out")).count();
  }

  @Test
  void aFailedCandidateIsShownAndTheSearchGoesOn() throws InterruptedException {
    // Single models and soups alike, about every third.
    SearchSite site =
        SearchSite.create(directory, "[ $((sum % 3)) = 1 ] && { echo \"no luck\"; exit 9; }");

    Ended ended = site.search();

    assertThat(ended.status()).as(ended.err()).isZero();
    List<JsonNode> board = list(ended.json().get("leaderboard"));
    List<JsonNode> failed = board.stream().filter(each -> each.has("failed")).toList();
    assertThat(board).hasSize(SearchSite.BASELINES + SearchSite.COARSE_POINTS);
    assertThat(failed)
        .isNotEmpty()
        .isEqualTo(board.subList(board.size() - failed.size(), board.size()))
        .allSatisfy(
            each -> assertThat(each.get("failed").asString()).contains("status 9", "no luck"));
    assertThat(site.leaderboard()).contains("no luck");
  }

  @Test
  void aSearchWithoutAnyScoreFailsWithTheEvaluatorsWords() throws InterruptedException {
    SearchSite site = SearchSite.create(directory, "echo \"no GPU here\"; exit 1");

    Ended ended = site.search();

    MergeSite.assertFailed(ended, 1);
    assertThat(ended.err()).contains("no soup has scores", "no GPU here");
    assertThat(site.output()).doesNotExist();
    assertThat(site.staging()).doesNotExist();
  }

  @Test
  void aTruncatedCheckpointIsNamedBeforeAnythingIsMerged() throws Exception {
    SearchSite site = SearchSite.create(directory);
    Path broken = directory.resolve("rev/model.safetensors");
    try (FileChannel file = FileChannel.open(broken, StandardOpenOption.WRITE)) {
      file.truncate(Files.size(broken) - 1);
    }
    Ended ended = site.search();
    MergeSite.assertFailed(ended, 2);
    assertThat(ended.err()).contains(broken.toString());
    assertThat(site.output()).doesNotExist();
    assertThat(directory.resolve("runs")).doesNotExist();
  }

  @Test
  void aBudgetCutsTheOrderAfterBaselinesAndExpertsFirst() throws InterruptedException {
    SearchSite site = SearchSite.create(directory);

    Ended ended = site.search("--max-evaluations", "8");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(list(ended.json().get("leaderboard")))
        .hasSize(8)
        .filteredOn(each -> role(each).equals("candidate"))
        .singleElement()
        .satisfies(each -> assertThat(each.get("weights").asString()).isEqualTo("0 0 0.6 0.2 0.2"));
  }

  @Test
  void refinementAndCoalitionsComeAfterTheGrid() throws InterruptedException {
    SearchSite site = SearchSite.create(directory);
    site.writePlan(
        "served/best",
        "{min: 0.2, max: 0.6, step: 0.2, refine: coordinate, finest_step: 0.1}",
        "  shapley: models");

    Ended ended = site.search();

    assertThat(ended.status()).as(ended.err()).isZero();
    List<JsonNode> board = list(ended.json().get("leaderboard"));
    assertThat(board.stream().filter(each -> role(each).equals("coalition"))).hasSize(3);
    assertThat(board.stream().filter(each -> role(each).equals("candidate")))
        .hasSizeGreaterThan(SearchSite.COARSE_POINTS);
    assertThat(site.leaderboard().lines().count()).isEqualTo(board.size() + 1);
  }

  @Test
  void anOutputOfSomethingElseIsRefusedAndThisSearchsOwnIsSuccess() throws InterruptedException {
    SearchSite site = SearchSite.create(directory);
    assertThat(site.search().status()).isZero();
    int runs = site.runs().size();

    assertThat(site.search().json().get("alreadyFinished").asBoolean()).isTrue();
    site.writePlan("served/best", SearchSite.FINE, "");
    Ended other = site.search();

    assertThat(site.runs()).hasSize(runs);
    MergeSite.assertFailed(other, 2);
    assertThat(other.err()).contains("exists already, and is not this search's result");
  }

  private static String role(JsonNode entry) {
    return entry.get("role").asString();
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
