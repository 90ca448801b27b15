package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.evaluate.EvaluationCache;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingAreaTest {

  private static final CheckpointLayout LAYOUT =
      CheckpointLayout.of(
          List.of(
              new OutputTensor("a", Dtype.F32, List.of(1L << 18)),
              new OutputTensor("b", Dtype.BF16, List.of(3L)),
              new OutputTensor("none", Dtype.BF16, List.of(0L))),
          1L << 20);

  /** Those of two soups, each in a directory of its own. */
  private static final Map<Path, ShardLayout> SHARDS =
      Stream.of("one", "other")
          .flatMap(soup ->
              LAYOUT.shards().stream()
                  .map(shard -> Map.entry(Path.of(soup, shard.fileName()), shard)))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

  @TempDir private Path directory;
  private Path output;

  @BeforeEach
  void nameTheOutput() {
    output = directory.resolve("soup");
  }

  private MergeException refused() {
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.claim(output).close())
        .actual();
  }

  @Test
  void theAreaLiesBesideTheOutputAndItsParentsAreCreated() {
    output = directory.resolve("not/yet/there/soup");
    try (StagingArea area = StagingArea.claim(output)) {
      assertThat(area.root()).isEqualTo(output.resolveSibling(".soup.stockpot")).isDirectory();
      assertThat(area.insideOutput()).isFalse();
      assertThat(output).doesNotExist();
    }
  }

  @Test
  void anotherProcessKeepsTheAreaUntilItIsKilled() throws IOException {
    try (StagingHolder holder = StagingHolder.start(output)) {
      MergeException refusal = refused();
      assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
      assertThat(refusal).hasMessageContaining(output.toString());
      assertThat(refusal).hasMessageContaining("process " + holder.pid());
    }
    try (StagingArea area = StagingArea.claim(output)) {
      assertThat(area.root()).isDirectory();
    }
  }

  @Test
  void aClaimHereKeepsAnotherProcessOut() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      refused();
      assertThatExceptionOfType(IllegalStateException.class)
          .as("%s stays held after a second claim was refused", area.root())
          .isThrownBy(() -> StagingHolder.start(output).close());
    }
    StagingHolder.start(output).close();
  }

  @Test
  void aSecondClaimInThisProcessIsRefused() {
    try (StagingArea area = StagingArea.claim(output)) {
      assertThat(refused()).hasMessageContaining("process " + ProcessHandle.current().pid());
      assertThat(area.root()).isDirectory();
    }
    StagingArea.claim(output).close();
  }

  @Test
  void areasOfDifferentOutputsDoNotMeet() {
    try (StagingArea one = StagingArea.claim(output);
        StagingArea other = StagingArea.claim(directory.resolve("other"))) {
      assertThat(one.root()).isNotEqualTo(other.root());
    }
  }

  @Test
  void aFileInTheWayOfTheAreaIsNamed() throws IOException {
    Files.createFile(directory.resolve(".soup.stockpot"));
    assertThat(refused())
        .hasMessageContaining(directory.resolve(".soup.stockpot").toString())
        .hasMessageContaining("cannot be written");
  }

  @Test
  void allocatingWritesEveryHeaderAndTakesAllBlocks() throws Exception {
    try (StagingArea area = StagingArea.claim(output)) {
      assertThat(area.isAllocated(SHARDS)).isFalse();
      area.allocate(SHARDS);
      assertThat(area.isAllocated(SHARDS)).isTrue();
      assertThat(SHARDS).hasSize(4);
      for (Map.Entry<Path, ShardLayout> shard : SHARDS.entrySet()) {
        Path file = area.shards().resolve(shard.getKey());
        byte[] header = shard.getValue().header();
        long size = shard.getValue().fileSize();
        assertThat(Arrays.copyOf(Files.readAllBytes(file), header.length)).isEqualTo(header);
        assertThat(file).hasSize(size);
        assertThat(AllocatedBlocks.bytesOf(file)).isGreaterThanOrEqualTo(size);
      }
    }
  }

  @Test
  void whatAnEarlierJobLeftIsGoneAfterAllocating() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      Path stale = area.shards().resolve("original/stale.safetensors");
      Files.createDirectories(stale.getParent());
      Files.createFile(stale);
      Files.writeString(area.shards().resolve("one"), "old");
      area.allocate(SHARDS);
      assertThat(area.isAllocated(SHARDS)).isTrue();
      assertThat(area.shards()).isDirectoryNotContaining(path -> path.endsWith("original"));
    }
  }

  @Test
  void shardsOfAnotherSizeAreNotAllocated() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      area.allocate(SHARDS);
      Path shard = area.shards().resolve("other").resolve(LAYOUT.shards().getLast().fileName());
      Files.write(shard, new byte[] {1}, StandardOpenOption.APPEND);
      assertThat(area.isAllocated(SHARDS)).isFalse();
      Files.delete(shard);
      assertThat(area.isAllocated(SHARDS)).isFalse();
    }
  }

  @Test
  void aLinkInPlaceOfTheShardsIsReplacedAndItsTargetLeftAlone() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createFile(elsewhere.resolve("precious"));
    try (StagingArea area = StagingArea.claim(output)) {
      Files.createSymbolicLink(area.shards(), elsewhere);
      area.allocate(SHARDS);
      assertThat(area.isAllocated(SHARDS)).isTrue();
    }
    assertThat(elsewhere).isDirectoryContaining(path -> path.endsWith("precious"));
  }

  @Test
  void shardsThatCannotBeCreatedAreAFailureOfTheEnvironment() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      FileTrees.delete(area.root());
      Files.createFile(area.root());
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> area.allocate(SHARDS))
          .withMessageContaining(area.shards().toString())
          .satisfies(
              thrown -> assertThat(thrown.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT));
    }
  }

  @Test
  void moreThanTheFileSystemHoldsIsOutOfDisk() {
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.checkSpace(directory, Long.MAX_VALUE))
        .withMessageContaining(directory.toString())
        .withMessageContaining("9,223,372,036,854,775,807 bytes")
        .satisfies(
            thrown -> assertThat(thrown.failure().kind()).isEqualTo(Failure.Kind.OUT_OF_DISK));
  }

  @Test
  void nothingIsLeftAfterDeleting() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      area.allocate(SHARDS);
      Files.createDirectories(area.journalDirectory());
      area.delete();
      area.delete();
    }
    assertThat(directory).isEmptyDirectory();
    StagingArea.claim(output).close();
  }

  @Test
  void anOutputThatWasTakenOutAndNotReplacedIsPutBack() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      Files.createDirectories(area.replaced());
      Files.writeString(area.replaced().resolve("config.json"), "old");
    }
    try (StagingArea area = StagingArea.claim(output)) {
      assertThat(output.resolve("config.json")).hasContent("old");
      assertThat(area.replaced()).doesNotExist();
    }
  }

  private String refusedBeside(Path claimed) {
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.claim(claimed, true).close())
        .actual()
        .failure()
        .message();
  }

  @Test
  void whatAnotherProcessHoldsIsNoPlaceForAnOutput() throws IOException {
    Path area = directory.resolve("models/.soup.stockpot");
    try (StagingHolder holder = StagingHolder.start(directory.resolve("models/soup"))) {
      for (Path place :
          List.of(
              area,
              area.resolve("shards"),
              area.resolve("shards/x"),
              area.resolve("journal"),
              directory.resolve("models/soup/inside"))) {
        assertThat(refusedBeside(place))
            .startsWith(place + ": lies in ")
            .contains("which process " + holder.pid());
        assertThat(area).isDirectory();
        assertThat(Neighbours.areaBeside(place)).doesNotExist();
      }
      Path above = directory.resolve("models");
      assertThat(refusedBeside(above)).startsWith(above + ": holds " + area + ", which process ");
      assertThat(Neighbours.areaBeside(above)).doesNotExist();
    }
    StagingArea.claim(directory.resolve("models"), true).close();
  }

  @Test
  void whatThisProcessHoldsIsNoPlaceForAnOutputThroughALinkEither() throws IOException {
    try (StagingArea area = StagingArea.claim(output)) {
      Path link = Files.createSymbolicLink(directory.resolve("link"), area.root());
      for (Path place : List.of(link, link.resolve("shards"), area.root())) {
        assertThat(refusedBeside(place)).contains("process " + ProcessHandle.current().pid());
      }
      refused();
    }
  }

  @Test
  void aCacheOfEvaluationsIsNotReplaced() throws IOException {
    Path cache = directory.resolve("soup/cache");
    new EvaluationCache(cache)
        .put("a", new Evaluation.Scored(Map.of("x", 1.0), Map.of(), Duration.ZERO));
    assertThat(refusedBeside(output)).contains("holds " + cache + ", a cache of evaluations");
    assertThat(refusedBeside(cache)).contains("lies in " + cache);
    assertThat(refusedBeside(cache.resolve("x/y"))).contains("lies in " + cache);
    assertThat(cache.resolve("a.scores")).isRegularFile();
  }
}
