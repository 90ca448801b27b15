package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.reading.PlanReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputCommitTest {

  @TempDir private Path directory;
  private Soup soup;
  private PlannedMerge planned;
  private StagingArea staging;

  @BeforeEach
  void allocateShards() {
    begin(Soup.in(directory));
  }

  private void begin(Soup another) {
    soup = another;
    planned = soup.planned();
    staging = StagingArea.claim(soup.output());
    staging.allocate(planned.shards());
  }

  @AfterEach
  void giveTheAreaBack() {
    staging.close();
  }

  private void commit(boolean replace, long nan) {
    Manifest manifest =
        Soup.manifest(
            planned, new Manifest.Tensor("norm", Dtype.F32, "00000000", List.of(), nan, 0));
    new OutputCommit(staging, planned, replace).commit(List.of(manifest));
  }

  private void commit(boolean replace) {
    commit(replace, 0);
  }

  private Failure refusedCommit(boolean replace) {
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> commit(replace))
        .actual()
        .failure();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aWholeCheckpointStandsInItsPlaceAfterwards() throws IOException {
    commit(false);
    assertThat(names(soup.output()))
        .containsExactly(
            "README.md",
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "stockpot-manifest.json",
            "tokenizer.json");
    Checkpoint output = Checkpoint.open(soup.output());
    assertThat(output.warnings()).isEmpty();
    assertThat(output.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(Checkpoint.open(soup.input("a")).tensors().keySet());
    assertThat(staging.shards()).doesNotExist();
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whatIsStagedIsClosedToOthersAndTheOutputIsAsTheUmaskHasIt() throws IOException {
    Path plain = Files.createFile(Files.createDirectory(directory.resolve("d")).resolve("f"));
    assertThat(mode(staging.root())).matches("rwx(------|rwx---)");
    commit(false);
    assertThat(mode(soup.output())).isEqualTo(mode(plain.resolveSibling(".")));
    for (String name : names(soup.output())) {
      assertThat(mode(soup.output().resolve(name))).as(name).isEqualTo(mode(plain));
    }
  }

  @Test
  void whatAStoppedCommitWroteForAnotherDonorIsNotCarriedOver() throws IOException {
    Files.writeString(staging.shards().resolve("tokenizer.model"), "of another donor");
    Path templates = Files.createDirectory(staging.shards().resolve("additional_chat_templates"));
    Files.writeString(templates.resolve("old.jinja"), "of another donor");

    commit(false);

    assertThat(names(soup.output()))
        .contains("config.json")
        .doesNotContain("tokenizer.model", "additional_chat_templates");
  }

  /** In {@code b}; in {@code a}, the donor's, the embeddings are the head. */
  @Test
  void theConfigOfAnOutputWithAHeadOfItsOwnTiesItNoMore() throws IOException {
    String config = "{\"torch_dtype\": \"float32\", \"tie_word_embeddings\": true}";
    SafetensorsFixture.checkpoint()
        .f32("embed_tokens.weight", 1)
        .sidecar("config.json", config)
        .writeTo(directory.resolve("a"));
    SafetensorsFixture.checkpoint()
        .f32("embed_tokens.weight", 1)
        .f32("lm_head.weight", 2)
        .sidecar("config.json", config)
        .writeTo(directory.resolve("b"));
    for (String name : List.of("a", "b")) {
      FileTrees.delete(directory.resolve(name).resolve("model.safetensors.index.json"));
    }
    staging.close();
    FileTrees.delete(staging.root());
    begin(Soup.of(directory));
    commit(false);
    assertThat(Files.readString(soup.output().resolve("config.json")))
        .isEqualTo(config.replace("true", "false"));
    assertThat(Checkpoint.open(soup.output()).tensors()).containsKey("lm_head.weight");
  }

  @Test
  void theConfigNamesTheDtypeOfTheOutput() throws IOException {
    staging.close();
    begin(Soup.in(directory).as(Dtype.F32));
    commit(false);
    assertThat(Files.readString(soup.output().resolve("config.json")))
        .contains("\"float32\"")
        .contains("\"model_type\": \"tiny\"")
        .doesNotContain("bfloat16");
  }

  @Test
  void theCardNamesModelsAndWeights() throws IOException {
    commit(false);
    assertThat(Files.readString(soup.output().resolve("README.md")))
        .startsWith("---\n")
        .contains("| a | 0.3 |", "| b | 0.7 |", "# soup")
        .doesNotContain("base_model", "license", directory.toString());
  }

  @Test
  void theCardOfAMergeOfHubModelsHasWhatTheHubRenders() throws Exception {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    staging.close();
    begin(Soup.ofHub(directory, commit));
    commit(false);
    String card = Files.readString(soup.output().resolve("README.md"));
    assertThat(card)
        .startsWith(
            """
            ---
            base_model:
            - org/a
            - org/b
            base_model_relation: merge
            library_name: transformers
            license: llama3.1
            tags:
            - merge
            - stockpot
            ---
            """)
        .contains("| org/a | 0.3 | " + commit + " |", "apache-2.0 (org/b)");
    String yaml =
        card.replaceAll("(?s).*```yaml\n(.*)```.*", "$1")
            .replaceAll("org/(.)@", "cache/models--org--$1/snapshots/")
            .replace("shard_size: 6000", "shard_size: 100KB");
    Path again = Files.writeString(directory.resolve("again.yaml"), yaml);
    MergePlan plan = PlanReader.read(again).getFirst();
    assertThat(plan.weights()).isEqualTo(soup.plan().weights());
    assertThat(plan.inputs()).isEqualTo(soup.plan().inputs());
    assertThat(plan.output().path()).isEqualTo(soup.output());
  }

  @Test
  void aNameMeansNothingInTheCardsMarkdown() throws IOException {
    staging.close();
    begin(Soup.in(directory).writing("a|b\n# <i>[x](y) \u202e"));
    commit(false);
    assertThat(Files.readString(soup.output().resolve("README.md")))
        .contains("# a\\|b\\\\u000a# \\<i\\>\\[x\\](y) \\\\u202e\n");
  }

  @Test
  void anInputThatChangedDiscardsTheResult() throws IOException {
    Path changed = soup.input("b").resolve("model-00001-of-00002.safetensors");
    Files.setLastModifiedTime(changed, FileTime.from(Instant.EPOCH));
    Failure failure = refusedCommit(true);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER_INPUT);
    assertThat(failure.message()).contains(changed + ": was written to", "run the merge again");
    assertThat(soup.output()).doesNotExist();
  }

  @Test
  void everyInputThatChangedIsNamed() throws IOException {
    Path gone = soup.input("a").resolve("model-00002-of-00002.safetensors");
    Path longer = soup.input("b").resolve("model-00002-of-00002.safetensors");
    Files.delete(gone);
    Files.write(longer, new byte[1], StandardOpenOption.APPEND);
    assertThat(refusedCommit(false).message())
        .contains(gone + ": is gone")
        .contains(longer + ": had " + (Files.size(longer) - 1) + " bytes");
    assertThat(soup.output()).doesNotExist();
  }

  @Test
  void anEmptyDirectoryInItsPlaceIsNoOutput() throws IOException {
    Files.createDirectory(soup.output());
    assertThat(OutputCommit.exists(soup.output())).isFalse();
    commit(false);
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void anOutputThatCameIntoBeingMeanwhileIsRefusedAndLeftAlone() throws IOException {
    Files.createDirectory(soup.output());
    Files.writeString(soup.output().resolve("theirs"), "theirs");
    Failure failure = refusedCommit(false);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER_INPUT);
    assertThat(failure.message()).contains(soup.output() + ": came into being", "--force");
    assertThat(names(soup.output())).containsExactly("theirs");
    assertThat(staging.isAllocated(planned.shards())).as("the work is kept").isTrue();
  }

  @Test
  void aFileInItsPlaceIsRefusedToo() throws IOException {
    Files.writeString(soup.output(), "theirs");
    assertThat(refusedCommit(false).message()).contains("came into being");
    assertThat(soup.output()).hasContent("theirs");
  }

  /** As something else made it: no manifest, but plainly a checkpoint. */
  private void oldCheckpoint() throws IOException {
    Files.createDirectory(soup.output());
    for (String name : List.of("model.safetensors", "vocab.txt", "README.md", "LICENSE.txt")) {
      Files.writeString(soup.output().resolve(name), "old");
    }
  }

  @Test
  void replacingLeavesNothingOfTheOldOutput() throws IOException {
    oldCheckpoint();
    commit(true);
    assertThat(soup.output().resolve("vocab.txt")).doesNotExist();
    assertThat(OutputCommit.isFinished(planned)).isTrue();
    staging.delete();
    assertThat(names(directory)).containsExactly("a", "b", "soup");
  }

  private void refusedToReplace(String... holds) throws IOException {
    List<Path> before = FileTrees.all(soup.output());
    Failure failure = refusedCommit(true);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER_INPUT);
    assertThat(failure.message())
        .startsWith(soup.output() + ": ")
        .contains(holds)
        .contains("choose another output path");
    assertThat(FileTrees.all(soup.output())).containsExactlyInAnyOrderElementsOf(before);
    assertThat(staging.isAllocated(planned.shards())).as("the work is kept").isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"notes.txt", "train.py", "modeling_mine.py", "model.gguf", "optimizer.pt", ".git"})
  void whatIsNoPartOfACheckpointIsNotDeleted(String name) throws IOException {
    oldCheckpoint();
    Files.writeString(soup.output().resolve(name), "years of work");
    refusedToReplace("because it holds what is no part of a checkpoint: " + name + ";");
  }

  @Test
  void directoriesAndTheirFilesAreNotDeletedAndTheFirstAreNamed() throws IOException {
    oldCheckpoint();
    for (char each = 'a'; each <= 'i'; each++) {
      Files.writeString(
          Files.createDirectory(soup.output().resolve("" + each)).resolve("x"), "mine");
    }
    refusedToReplace("checkpoint: a/, b/, c/, d/, e/ and 4 more; move that away");
  }

  @Test
  void aDirectoryWithoutWeightsIsNoCheckpoint() throws IOException {
    Files.createDirectory(soup.output());
    Files.writeString(soup.output().resolve("README.md"), "of a project");
    Files.writeString(soup.output().resolve("LICENSE"), "of a project");
    refusedToReplace("neither weights nor a manifest");
  }

  @Test
  void whatOthersPutIntoAnOutputOfOursIsNotDeleted() throws IOException {
    Path donor = soup.input("a");
    Files.writeString(donor.resolve("LICENSE"), "of the donor");
    commit(false);
    staging.close();
    begin(soup.as(Dtype.F32));
    Path notes = Files.writeString(soup.output().resolve("notes.md"), "mine");
    refusedToReplace("because it holds what its manifest does not name: notes.md;");
    Files.delete(notes);
    Path weights = Files.writeString(soup.output().resolve("adapter.safetensors"), "mine");
    refusedToReplace("its manifest does not name: adapter.safetensors;");
    Files.delete(weights);
    commit(true);
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void theManifestNamesWhatStandsBesideTheWeights() {
    commit(false);
    assertThat(Manifest.readIn(soup.output()).orElseThrow().companions())
        .containsExactly(
            "README.md", "config.json", "model.safetensors.index.json", "tokenizer.json");
  }

  @Test
  void anOutputWhoseManifestNamesNoCompanionsIsReplacedToo() throws IOException {
    commit(false);
    Path file = soup.output().resolve(Manifest.FILE_NAME);
    String manifest = Files.readString(file).replaceFirst("\"companions\"[^]]*],", "");
    assertThat(manifest).doesNotContain("companions");
    Files.writeString(file, manifest);
    Files.writeString(soup.output().resolve("modeling_tiny.py"), "of the donor");
    Files.writeString(
        Files.createDirectory(soup.output().resolve("stockpot-search")).resolve("report.html"), "");
    staging.close();
    begin(soup.as(Dtype.F32));
    commit(true);
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void aLinkOrAFileThatCameIntoItsPlaceIsNotReplaced() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(soup.output(), elsewhere);
    assertThat(OutputCommit.exists(soup.output())).isTrue();
    assertThat(refusedCommit(true).message()).startsWith(soup.output() + ": is no directory");
    assertThat(Files.isSymbolicLink(soup.output())).isTrue();
    Files.delete(soup.output());
    Files.writeString(soup.output(), "mine");
    assertThat(refusedCommit(true).message()).startsWith(soup.output() + ": is no directory");
    assertThat(soup.output()).hasContent("mine");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLinkToADirectoryStaysAndTheOutputIsThatDirectory(boolean replace) throws IOException {
    Path real = Files.createDirectories(directory.resolve("big/disk"));
    if (replace) {
      Files.writeString(real.resolve("model.safetensors"), "old");
    }
    Files.createSymbolicLink(soup.output(), real);
    staging.close();
    begin(soup);
    assertThat(staging.root()).isEqualTo(directory.resolve("big/.disk.stockpot").toRealPath());
    commit(replace);
    staging.delete();
    assertThat(Files.isSymbolicLink(soup.output())).isTrue();
    assertThat(names(real)).contains("config.json", Manifest.FILE_NAME);
    assertThat(real.resolve("model.safetensors")).doesNotExist();
    assertThat(names(real.resolveSibling("."))).containsExactly("disk");
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void aLinkToNothingIsNoPlaceForAnOutput() throws IOException {
    Files.createSymbolicLink(soup.output(), directory.resolve("nowhere"));
    staging.close();
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.claim(soup.output(), true))
        .withMessageStartingWith(soup.output() + ": is a link to ")
        .withMessageContaining("where there is no directory");
    assertThat(Files.isSymbolicLink(soup.output())).isTrue();
  }

  @Test
  void whatLiesInAStagingAreaIsOursWhateverItIs() throws IOException {
    Path batch = staging.root().resolve("candidates/batch");
    try (StagingArea inside = staging.claimInside(batch)) {
      Files.createFile(Files.createDirectories(batch.resolve("soup")).resolve("half"));
      OutputCommit.checkFree(inside, true, "this plan's result");
    }
  }

  @Test
  void whatAnEarlierReplacementLeftIsNoHindrance() throws IOException {
    oldCheckpoint();
    Files.createDirectories(staging.replaced().resolve("older/output"));
    commit(true);
    assertThat(staging.replaced().resolve("vocab.txt")).exists();
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void onlyThisVeryMergesWholeOutputIsFinished() throws IOException {
    assertThat(OutputCommit.isFinished(planned)).as("nothing there").isFalse();
    commit(false);
    assertThat(OutputCommit.isFinished(soup.as(Dtype.F32).planned())).as("other plan").isFalse();
    Path shard = soup.output().resolve("model-00002-of-00002.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, new byte[bytes.length - 1]);
    assertThat(OutputCommit.isFinished(planned)).as("truncated").isFalse();
    Files.delete(shard);
    assertThat(OutputCommit.isFinished(planned)).as("shard gone").isFalse();
    Files.write(shard, bytes);
    assertThat(OutputCommit.isFinished(planned)).isTrue();
    Files.writeString(soup.output().resolve(Manifest.FILE_NAME), "{");
    assertThat(OutputCommit.isFinished(planned)).as("manifest damaged").isFalse();
  }

  @Test
  void anOutputWithNansIsFinishedOnlyWhereThePlanAllowsThem() {
    commit(false, 1);
    assertThat(OutputCommit.isFinished(planned)).isFalse();
    assertThat(OutputCommit.isFinished(soup.onNonFinite(NonFinitePolicy.WARN).planned())).isTrue();
  }

  private void committingWhatWasNoted(WrittenShards written, boolean replace) {
    Manifest manifest = Soup.manifest(planned);
    new OutputCommit(staging, planned, replace).of(written).commit(List.of(manifest));
  }

  private String refused(WrittenShards written) {
    MergeException refusal =
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(() -> committingWhatWasNoted(written, false))
            .actual();
    assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(soup.output()).doesNotExist();
    return refusal.failure().message();
  }

  private WrittenShards noted() {
    return WrittenShards.begin(planned, staging.shards(), staging.writeToken());
  }

  private Path lastShard() {
    return staging.shards().resolve("model-00002-of-00002.safetensors");
  }

  @Test
  void shardsThatAreWhatWasWrittenAreCommitted() {
    committingWhatWasNoted(noted(), false);
    assertThat(OutputCommit.isFinished(planned)).isTrue();
  }

  @Test
  void aShardThatIsGoneIsNoOutput() throws IOException {
    WrittenShards written = noted();
    Files.delete(lastShard());
    assertThat(refused(written)).startsWith(lastShard() + ": is gone: something else changed it");
  }

  @Test
  void aShardThatWasCutShortIsNoOutput() throws IOException {
    WrittenShards written = noted();
    try (FileChannel channel = FileChannel.open(lastShard(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    assertThat(refused(written)).startsWith(lastShard() + ": has ").contains(", and not ");
  }

  @Test
  void aShardThatWasEmptiedAndMadeLongAgainIsNoOutput() throws IOException {
    WrittenShards written = noted();
    long size = Files.size(lastShard());
    try (FileChannel channel =
        FileChannel.open(
            lastShard(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
    assertThat(refused(written)).contains("does not begin with its header");
  }

  @Test
  void anotherFileOfTheSameBytesIsNoShard() throws IOException {
    WrittenShards written = noted();
    Path copy = Files.copy(lastShard(), directory.resolve("copy"));
    Files.move(copy, lastShard(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(refused(written)).contains("is another file than the one that was written to");
  }

  @Test
  void aStagingDirectoryThatWasMadeAnewIsNoOutput() {
    WrittenShards written = noted();
    staging.allocate(planned.shards());
    assertThat(refused(written)).contains("is not the directory any more");
    staging.writeToken();
    assertThat(refused(written)).contains("is not the directory any more");
  }

  @Test
  void aStagingDirectoryThatWasDeletedIsNobodysAnyMore() throws IOException {
    WrittenShards written = noted();
    FileTrees.delete(staging.root());
    assertThat(refused(written)).startsWith(staging.root() + ": was deleted by something else");
  }

  @Test
  void anOutputInWhichAnotherMergeIsMadeIsNotReplaced() throws IOException {
    Files.createDirectories(soup.output().resolve("deep"));
    try (StagingHolder holder = StagingHolder.start(directory.resolve("elsewhere/other"))) {
      // Its claim would have been refused here.
      Path moved = soup.output().resolve("deep/.other.stockpot");
      Files.move(directory.resolve("elsewhere/.other.stockpot"), moved);
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> committingWhatWasNoted(noted(), true))
          .withMessageStartingWith(
              soup.output() + ": holds " + moved + ", which process " + holder.pid());
      assertThat(moved).isDirectory();
    }
  }
}
