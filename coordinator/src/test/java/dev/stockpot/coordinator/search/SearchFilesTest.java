package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a search leaves on disk, and what it finds again; real directories. */
final class SearchFilesTest {

  @TempDir private Path directory;

  private Search search;
  private StagingArea staging;
  private SearchFiles files;
  private List<Candidate> merged;

  @BeforeEach
  void prepare() throws Exception {
    search = ThreeModels.search(directory, "", 3, "", 1, "");
    staging = StagingArea.claim(directory.resolve("best"));
    files = files();
    merged = search.firstCandidates().stream().filter(Candidate::isMerged).toList();
  }

  @AfterEach
  void close() {
    staging.close();
  }

  /** As a run begins. */
  private SearchFiles files() {
    return new SearchFiles(new SearchOrder("id", 0, search.plan(), staging, false));
  }

  /** As a merge leaves it. */
  private void merge(List<Candidate> batch) throws IOException {
    MergeOrder order = files.claim(search, batch);
    for (Candidate candidate : batch) {
      Path place = order.plan().output().path().resolve(candidate.directoryName());
      Files.createDirectories(place);
      Files.writeString(place.resolve("model.safetensors"), "weights");
    }
    order.staging().delete();
    order.staging().close();
    files.add(order);
  }

  private Path candidates() {
    return staging.root().resolve("candidates");
  }

  private static Path tree(Path root) throws IOException {
    Files.createDirectories(root.resolve("below"));
    Files.writeString(root.resolve("below/model.safetensors"), "weights");
    return root;
  }

  @Test
  void aClaimLeavesWhatIsBeingDeletedToThatDeletion() throws IOException {
    Path underWay = tree(candidates().resolve(".deleted-batch-of-another-thread"));

    merge(merged.subList(0, 2));

    assertThat(underWay.resolve("below/model.safetensors")).exists();
  }

  @Test
  void aClaimDeletesMergesOfOtherBatchesThatWereStopped() throws IOException {
    MergeOrder stopped = files.claim(search, merged.subList(0, 2));
    Files.writeString(stopped.staging().root().resolve("journal"), "half");
    stopped.staging().close();

    MergeOrder next = files.claim(search, merged.subList(1, 3));
    next.staging().close();

    assertThat(candidates().toFile().list()).containsExactly(name(next.staging().root()));
  }

  @Test
  void aClaimFindsWhatTheSameBatchLeft() throws IOException {
    MergeOrder stopped = files.claim(search, merged.subList(0, 2));
    Path journal = stopped.staging().root().resolve("journal");
    Files.writeString(journal, "half");
    stopped.staging().close();

    MergeOrder again = files.claim(search, merged.subList(0, 2));
    again.staging().close();

    assertThat(journal).hasContent("half");
  }

  @Test
  void aRunFindsWholeCandidatesAndDeletesTheRest() throws IOException {
    merge(merged.subList(0, 2));
    merge(merged.subList(2, 3));
    Path first = files.place(merged.get(0));
    Path batch = first.resolveSibling(".").normalize();
    tree(batch.resolve(".deleted-soup"));
    tree(batch.resolve("soup-of-another-plan"));
    tree(candidates().resolve(".deleted-batch"));
    tree(staging.root().resolve("evaluations/.deleted-evaluation"));

    SearchFiles again = files();
    again.find(merged.subList(0, 1));

    assertThat(merged).filteredOn(again::has).containsExactly(merged.getFirst());
    assertThat(again.place(merged.getFirst())).isEqualTo(first);
    assertThat(batch.toFile().list()).containsExactly(name(first));
    assertThat(candidates().toFile().list()).containsExactly(name(batch));
    assertThat(staging.root().resolve("evaluations").toFile().list()).isEmpty();
  }

  @Test
  void theLastOfABatchTakesItsDirectoryAway() throws IOException {
    merge(merged.subList(0, 2));
    Path batch = files.place(merged.getFirst()).resolveSibling(".").normalize();

    files.delete(merged.subList(0, 1));
    assertThat(files.has(merged.getFirst())).isFalse();
    assertThat(batch.toFile().list()).containsExactly(merged.get(1).directoryName());

    files.delete(merged.subList(1, 2));
    assertThat(candidates()).isEmptyDirectory();
  }

  @Test
  void anEvaluationsOutputIsDeletedWhateverAnEarlierDeletionLeft() throws IOException {
    String evaluation = "0123456789abcdef0123";
    Path output = tree(files.evaluationOutput(evaluation));
    tree(output.resolveSibling(".deleted-" + name(output)));

    files.deleteEvaluationOutput(evaluation);

    assertThat(output.getParent()).isEmptyDirectory();
  }

  @Test
  void whatTheFileSystemRefusesIsSaidInWords() throws IOException {
    Files.writeString(candidates(), "no directory");

    assertThatThrownBy(() -> files.find(merged))
        .isInstanceOf(MergeException.class)
        .hasMessage(
            "%s: the search's files cannot be kept: %s: not a directory",
            candidates(), candidates());
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
