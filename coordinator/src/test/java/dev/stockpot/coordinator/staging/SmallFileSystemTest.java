package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An output that is itself the mount point of a file system of one mebibyte. */
class SmallFileSystemTest {

  private static final long TOO_MUCH = 4L << 20;

  @TempDir private Path directory;
  private Path mounted;
  private boolean isMounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = Files.createDirectory(directory.resolve("soup"));
    isMounted = runs("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mounted.toString());
    assumeTrue(isMounted, "only root may mount a file system, so a full one cannot be had here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (isMounted) {
      assertThat(runs("umount", mounted.toString())).isTrue();
    }
  }

  private static boolean runs(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void aLayoutLargerThanTheFileSystemIsOutOfDisk() {
    ShardLayout shard =
        CheckpointLayout.of(List.of(new OutputTensor("a", Dtype.U8, List.of(TOO_MUCH))), 1L << 30)
            .shards()
            .getFirst();
    try (StagingArea area = StagingArea.claim(mounted)) {
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> area.allocate(Map.of(Path.of(shard.fileName()), shard)))
          .withMessageContaining("needs 4,198,400 bytes")
          .satisfies(
              thrown -> assertThat(thrown.failure().kind()).isEqualTo(Failure.Kind.OUT_OF_DISK));
    }
  }

  /** There is room for bytes, and none for a further file. */
  private void leaveNoPlaceForFiles() throws Exception {
    assertThat(runs("mount", "-o", "remount,nr_inodes=64", mounted.toString())).isTrue();
    assertThatIOException()
        .isThrownBy(() -> {
          for (int i = 0; i < 64; i++) {
            Files.createFile(mounted.resolve("filler-" + i));
          }
        });
  }

  private static void assertFull(MergeException thrown) {
    assertThat(thrown.failure().kind()).isEqualTo(Failure.Kind.OUT_OF_DISK);
    assertThat(thrown).hasMessageContaining("No space left").hasMessageNotContaining("needs");
  }

  @Test
  void whatHasRoomForBytesButForNoFileIsOutOfDiskInItsOwnWords() throws Exception {
    ShardLayout shard =
        CheckpointLayout.of(List.of(new OutputTensor("a", Dtype.U8, List.of(8L))), 1L << 30)
            .shards()
            .getFirst();
    try (StagingArea area = StagingArea.claim(mounted)) {
      leaveNoPlaceForFiles();
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> area.allocate(Map.of(Path.of(shard.fileName()), shard)))
          .satisfies(SmallFileSystemTest::assertFull);
    }
  }

  @Test
  void anOutputThatCannotBeClaimedForWantOfFilesIsOutOfDisk() throws Exception {
    leaveNoPlaceForFiles();
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> StagingArea.claim(mounted).close())
        .satisfies(SmallFileSystemTest::assertFull);
  }

  @Test
  void takingBlocksFailsAtOnceWhereThereAreNone() {
    assertThatIOException()
        .isThrownBy(() -> Preallocation.create(mounted.resolve("large"), TOO_MUCH))
        .withMessageContaining("No space left");
  }

  @Test
  void writingZerosFailsWhereThereAreNoBlocks() throws IOException {
    Path file = Files.createFile(mounted.resolve("large"));
    assertThatIOException()
        .isThrownBy(() -> Preallocation.writeZeros(file, TOO_MUCH))
        .withMessageContaining("No space left");
  }

  @Test
  void anOutputThatIsAMountPointIsCommittedFileByFile() throws IOException {
    Soup soup = Soup.in(directory);
    PlannedMerge planned = soup.planned();
    Files.writeString(mounted.resolve("model.safetensors"), "old");
    try (StagingArea area = StagingArea.claim(mounted)) {
      assertThat(area.root()).isEqualTo(mounted.resolve(".stockpot"));
      area.allocate(planned.shards());
      Manifest manifest = Soup.manifest(planned);
      assertThatExceptionOfType(MergeException.class)
          .isThrownBy(() -> new OutputCommit(area, planned, false).commit(List.of(manifest)))
          .withMessageContaining("came into being");
      new OutputCommit(area, planned, true).commit(List.of(manifest));
      assertThat(OutputCommit.isFinished(planned)).isTrue();
      assertThat(mounted.resolve("model.safetensors")).doesNotExist();
      area.delete();
      assertThat(area.root()).doesNotExist();
    }
    assertThat(OutputCommit.isFinished(planned)).isTrue();
    assertThat(Soup.tensors(mounted)).hasSameSizeAs(Soup.tensors(soup.input("a")));
  }
}
