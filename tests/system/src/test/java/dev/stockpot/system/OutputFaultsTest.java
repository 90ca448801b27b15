package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the output cannot be written, or something stands in its place, nothing is harmed. */
final class OutputFaultsTest {

  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NO_SPACE = 5;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite large;

  /** Files of the large merge. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static Map<String, String> expectedOfLarge;

  @BeforeAll
  static void makeLargeSite(@TempDir Path shared) throws InterruptedException {
    large = MergeSite.large(shared);
    expectedOfLarge = merged(large);
  }

  @BeforeEach
  void startAfresh() {
    large.deleteOutput();
    large.writePlan("");
  }

  @Test
  void anOutputThatExistsIsRefused() throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Files.createDirectory(site.output());
    Path note = Files.writeString(site.output().resolve("note"), "mine");
    Ended ended = site.merge();
    MergeSite.assertFailed(ended, USAGE);
    assertThat(ended.err())
        .isEqualTo(
            site.output()
                + ": exists already, and is not this plan's result; choose another output path, or"
                + " use --force to replace it");
    assertThat(site.served()).containsExactly("soup");
    assertThat(note).hasContent("mine");
  }

  @Test
  void aResultThatIsThereAlreadyIsSuccess() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    assertThat(site.merge().status()).isZero();
    Map<String, String> result = site.result();
    Ended again = site.merge();
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.json().get("alreadyFinished").asBoolean()).isTrue();
    assertThat(again.json().get("merged").asInt()).isZero();
    site.assertServed(result);
  }

  @Test
  void anOutputIsReplacedOnlyWhenAskedAndOnlyACheckpoint()
      throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    assertThat(site.merge().status()).isZero();
    Map<String, String> result = site.result();
    MergeSite.delete(site.output());
    Files.createDirectory(site.output());
    Path note = Files.writeString(site.output().resolve("note"), "mine");
    Ended refused = StockpotProcess.run(directory, "merge", "--json", "--force", "plan.yaml");
    MergeSite.assertFailed(refused, USAGE);
    assertThat(refused.err()).contains("holds what is no part of a checkpoint: note;");
    Files.move(note, site.output().resolve("model.safetensors"));
    Ended forced = StockpotProcess.run(directory, "merge", "--json", "--force", "plan.yaml");
    assertThat(forced.status()).as(forced.err()).isZero();
    site.assertServed(result);
  }

  @Test
  void anOutputInsideAnInputIsRefused() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    site.writePlan("a/soup", "");
    assertThat(site.fails(USAGE))
        .contains("the output 'a/soup' lies inside the input 'a' of line 4");
  }

  @Test
  void anOutputThatHoldsAnInputIsRefused() throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Files.createDirectory(directory.resolve("all"));
    Files.move(directory.resolve("b"), directory.resolve("all/b"));
    Files.writeString(
        site.plan(), Files.readString(site.plan()).replace("model: b", "model: all/b"));
    Files.writeString(site.plan(), Files.readString(site.plan()).replace("served/soup", "all"));
    Map<String, String> before = MergeSite.checksums(directory);
    Ended ended = site.merge();
    MergeSite.assertFailed(ended, USAGE);
    assertThat(ended.err()).contains("the output 'all' holds the input 'all/b' of line 5");
    assertThat(MergeSite.checksums(directory)).isEqualTo(before);
  }

  @Test
  void aFullDiskIsToldBeforeAnythingIsMerged() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    try (Mount _ = Mount.tmpfs(directory.resolve("served"), "256k")) {
      assertThat(site.fails(NO_SPACE))
          .containsPattern(
              "the output needs 540,672 bytes, its file system has \\d{3},\\d{3} left; free"
                  + " some, or write elsewhere");
      assertThat(site.served()).isEmpty();
    }
  }

  @Test
  void aDiskThatFillsUnderTheMergeDoesNoHarm() throws InterruptedException, IOException {
    try (Mount mount = Mount.tmpfs(large.directory().resolve("served"), "60m")) {
      Path filler = mount.directory().resolve("filler");
      Set<Integer> recorded;
      try (StockpotProcess process = large.stoppedMidway()) {
        fill(filler);
        process.signal("CONT");
        Ended ended = process.await();
        MergeSite.assertFailed(ended, NO_SPACE);
        assertThat(ended.err()).contains("No space left", "run the same command again");
        assertThat(large.output()).doesNotExist();
        recorded = large.journal().receipts();
      }
      Files.delete(filler);

      Ended again = large.merge();
      assertThat(again.status()).as(again.err()).isZero();
      assertThat(again.json().get("kept").asInt()).isGreaterThanOrEqualTo(recorded.size());
      large.assertServed(expectedOfLarge);
    }
  }

  private static void fill(Path file) {
    byte[] zeros = new byte[4096];
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void aFileSystemThatIsReadOnlyIsTold() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    try (Mount mount = Mount.tmpfs(directory.resolve("served"), "10m")) {
      mount.makeReadOnly();
      assertThat(site.fails(FAILED))
          .startsWith(site.staging() + ": the output's directory cannot be written: ")
          .endsWith("Read-only file system");
    }
  }

  @Test
  void anOutputThatIsAMountPointGetsItsFilesMovedIn() throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Map<String, String> expected = merged(site);
    Files.createDirectory(site.output());
    try (Mount _ = Mount.tmpfs(site.output(), "10m")) {
      Ended ended = site.merge();
      assertThat(ended.status()).as(ended.err()).isZero();
      site.assertServed(expected);
      assertThat(site.output().resolve(".stockpot")).doesNotExist();
    }
  }

  @Test
  void aMergeKilledWhileItsFilesMoveIntoAMountPointGoesOn()
      throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    for (int i = 0; i < 2000; i++) {
      Files.writeString(directory.resolve("a/LICENSE-" + i), "all rights waived");
    }
    Files.createDirectory(site.output());
    try (Mount mount = Mount.tmpfs(site.output(), "50m")) {
      assertThat(site.merge().status()).isZero();
      Map<String, String> expected = site.result();
      mount.clear();
      try (StockpotProcess process = site.start()) {
        assertThat(process.livesUntil(() -> site.output().toFile().list().length > 1)).isTrue();
        assertThat(process.kill()).isTrue();
      }
      assertThat(site.output().resolve("model.safetensors.index.json")).doesNotExist();

      Ended ended = site.merge();
      assertThat(ended.status()).as(ended.err()).isZero();
      site.assertServed(expected);
      assertThat(site.output().resolve(".stockpot")).doesNotExist();
    }
  }

  @Test
  void anOutputBehindALinkIsWrittenWhereTheLinkLeads() throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Map<String, String> expected = merged(site);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("link"), elsewhere);
    site.writePlan("link/soup", "");
    Ended ended = site.merge();
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(elsewhere).isDirectoryNotContaining("glob:**/.*");
    assertThat(MergeSite.checksums(elsewhere.resolve("soup"))).isEqualTo(expected);
  }

  @Test
  void anOutputThatIsALinkToAnEmptyDirectoryIsThatDirectory()
      throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(site.output(), elsewhere);
    Ended ended = site.merge();
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(site.served()).containsExactly("soup");
    assertThat(site.output()).isSymbolicLink();
    assertThat(elsewhere.resolve("stockpot-manifest.json")).isRegularFile();
    assertThat(directory.resolve(".elsewhere.stockpot")).doesNotExist();
    assertThat(site.merge().json().get("alreadyFinished").asBoolean()).isTrue();
  }

  @Test
  void aSecondRunOnTheSameOutputIsRefusedByNameWhileTheFirstIsAlive() throws InterruptedException {
    try (StockpotProcess first = large.stoppedMidway()) {
      Ended second = large.merge();
      MergeSite.assertFailed(second, FAILED);
      assertThat(second.err())
          .matches(
              "%s: process %d \\(since .*\\) is writing this output; wait for it, or stop it"
                  .formatted(large.output(), first.pid()));
      first.signal("CONT");
      assertThat(first.await().status()).isZero();
    }
    assertThat(large.served()).containsExactly("soup");
  }

  @Test
  void whatAnotherPlanLeftBehindIsNotBelieved() throws InterruptedException {
    large.writePlan("non_finite: warn\nnormalize: true\n");
    killMidway(large);
    large.writePlan("");
    Ended ended = large.merge();
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.json().get("kept").asInt()).isZero();
    large.assertServed(expectedOfLarge);
  }

  @Test
  void aJournalThatIsDamagedInItsMiddleIsNotGuessedAt() throws InterruptedException, IOException {
    killMidway(large);
    Path journal = large.journal().file();
    String text = Files.readString(journal, StandardCharsets.UTF_8);
    Files.writeString(journal, text.replaceFirst("job-accepted", "job-excepted"));
    assertThat(large.fails(FAILED))
        .contains(journal + ": the entry at byte 0 is damaged, and others follow it")
        .contains("delete its directory to begin anew");
    MergeSite.delete(large.staging());
    assertThat(large.merge().status()).isZero();
    assertThat(large.served()).containsExactly("soup");
  }

  private static void killMidway(MergeSite site) throws InterruptedException {
    try (StockpotProcess process = site.stoppedMidway()) {
      assertThat(process.kill()).isTrue();
    }
  }

  /** The files of a merge that nothing disturbs; its output is taken away again. */
  private static Map<String, String> merged(MergeSite site) throws InterruptedException {
    Ended ended = site.merge();
    assertThat(ended.status()).as(ended.err()).isZero();
    Map<String, String> result = site.result();
    site.deleteOutput();
    return result;
  }
}
