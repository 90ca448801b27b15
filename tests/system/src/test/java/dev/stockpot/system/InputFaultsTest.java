package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan or an input that is wrong, or goes wrong under the merge, is told in plain words. */
final class InputFaultsTest {

  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite large;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @BeforeAll
  static void makeLargeSite(@TempDir Path shared) {
    large = MergeSite.large(shared);
  }

  @Test
  void aPlanThatIsNotThereIsNamed() throws InterruptedException {
    Ended ended = StockpotProcess.run(directory, "merge", "nowhere.yaml");
    MergeSite.assertFailed(ended, USAGE);
    assertThat(ended.err()).endsWith("nowhere.yaml: no such file");
  }

  @Test
  void aPlanThatIsADirectoryIsRefused() throws InterruptedException, IOException {
    Files.createDirectory(directory.resolve("plan.yaml"));
    Ended ended = StockpotProcess.run(directory, "merge", "plan.yaml");
    MergeSite.assertFailed(ended, USAGE);
    assertThat(ended.err()).contains("plan.yaml").contains("directory");
  }

  @Test
  void everyMistakeOfAPlanIsToldWithItsPlace() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    site.writePlan("widgets: 3\nnormalise: true\n");
    assertThat(site.fails(USAGE))
        .contains("plan.yaml:9:1: unknown key 'widgets'")
        .contains("plan.yaml:10:1: unknown key 'normalise'; did you mean 'normalize'?");
    assertThat(site.served()).isEmpty();
  }

  @Test
  void aTruncatedInputIsRefusedBeforeAnyWork() throws InterruptedException, IOException {
    MergeSite site = MergeSite.small(directory);
    Path shard = site.inputShard("b", 3);
    truncate(shard, 1);
    assertThat(site.fails(USAGE)).contains(shard.toString(), "bytes");
    assertThat(site.served()).isEmpty();
  }

  @Test
  void shapesThatDifferAreRefusedBeforeAnyWork() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    SafetensorsFixture.checkpoint().f32("w", 1, 2, 3).writeFile(model(site, "a"));
    SafetensorsFixture.checkpoint().f32("w", 1, 2, 3).writeFile(model(site, "b"));
    SafetensorsFixture.checkpoint().f32("w", 1, 2).writeFile(model(site, "c"));
    assertThat(site.fails(USAGE)).isEqualTo("c: tensor 'w': has shape [2], and [3] in a");
    assertThat(site.served()).isEmpty();
  }

  @Test
  void aNanIsRefusedUnlessThePlanKeepsIt() throws InterruptedException {
    MergeSite site = MergeSite.small(directory);
    SafetensorsFixture.checkpoint().f32("w", 1, 2, 3).writeFile(model(site, "a"));
    SafetensorsFixture.checkpoint().f32("w", 1, Float.NaN, 3).writeFile(model(site, "b"));
    SafetensorsFixture.checkpoint().f32("w", 1, 2, 3).writeFile(model(site, "c"));
    assertThat(site.fails(USAGE))
        .endsWith(
            "w: element 1 of the result is NaN; it comes from b. Leave that model out, or set"
                + " 'non_finite: warn' to keep such values");
    assertThat(site.served()).isEmpty();

    site.writePlan("non_finite: warn\n");
    Ended kept = site.merge();
    assertThat(kept.status()).as(kept.err()).isZero();
    assertThat(kept.json().get("nan").asInt()).isEqualTo(1);

    site.writePlan("non_finite: fail\n");
    Ended again = site.merge();
    MergeSite.assertFailed(again, USAGE);
    assertThat(again.err()).contains("exists already, and is not this plan's result");
  }

  /** Replaces a model of the site by an empty directory, and names the only file it is to have. */
  private static Path model(MergeSite site, String name) {
    Path model = site.directory().resolve(name);
    MergeSite.delete(model);
    model.toFile().mkdir();
    return model.resolve("model.safetensors");
  }

  /** What happens to an input's last shard while the merge is under way. */
  private interface Mishap {
    void happenTo(Path shard) throws IOException;
  }

  @Test
  void anInputThatIsTruncatedUnderTheMergeIsNoticed() throws InterruptedException, IOException {
    assertThat(failsAfter(shard -> truncate(shard, Files.size(shard) / 2)))
        .containsPattern(
            "model-00004-of-00004.safetensors: layers\\.\\d+\\.weight: the file ends at byte \\d+,"
                + " but the tensor's bytes go to \\d+; it was truncated after the merge began");
  }

  @Test
  void anInputThatIsDeletedUnderTheMergeIsNoticed() throws InterruptedException, IOException {
    assertThat(failsAfter(Files::delete)).contains("model-00004-of-00004.safetensors", "is gone");
  }

  @Test
  void anInputThatIsReplacedUnderTheMergeIsNoticed() throws InterruptedException, IOException {
    assertThat(
            failsAfter(shard -> {
              Path other = shard.resolveSibling("other");
              Files.copy(shard.resolveSibling("../a").resolve(shard.getFileName()), other);
              Files.move(other, shard, StandardCopyOption.ATOMIC_MOVE);
            }))
        .contains("model-00004-of-00004.safetensors: was written to at ")
        .contains("Inputs changed while they were merged");
  }

  @Test
  void anInputThatIsTouchedUnderTheMergeIsNoticedAndTheNextRunBeginsAnew()
      throws InterruptedException, IOException {
    MergeSite site = own(large);
    Ended ended =
        stopAndGoOn(
            site,
            shard -> Files.setLastModifiedTime(shard, FileTime.fromMillis(1_700_000_000_000L)));
    MergeSite.assertFailed(ended, USAGE);
    assertThat(ended.err())
        .contains("model-00004-of-00004.safetensors: was written to at 2023-11-14")
        .contains("Inputs changed while they were merged");

    Ended again = site.merge();
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.json().get("kept").asInt()).isZero();
    assertThat(site.served()).containsExactly("soup");
  }

  private String failsAfter(Mishap mishap) throws InterruptedException, IOException {
    MergeSite site = own(large);
    Ended ended = stopAndGoOn(site, mishap);
    assertThat(ended.status()).as(ended.err()).isIn(FAILED, USAGE);
    MergeSite.assertFailed(ended, ended.status());
    assertThat(site.output()).doesNotExist();
    return ended.err();
  }

  /** The same inputs under links, but the last shard of {@code c} is a copy. */
  private MergeSite own(MergeSite site) throws IOException {
    MergeSite own = site.linkedTo(directory);
    own.writePlan("");
    Path shard = own.inputShard("c", 4);
    Files.delete(shard);
    Files.copy(site.inputShard("c", 4), shard);
    return own;
  }

  /** Stops the merge midway, lets the mishap happen, and lets it go on. */
  private static Ended stopAndGoOn(MergeSite site, Mishap mishap)
      throws InterruptedException, IOException {
    Path shard = site.inputShard("c", 4);
    try (StockpotProcess process = site.stoppedMidway()) {
      Map<String, String> others = others(site, shard);
      mishap.happenTo(shard);
      process.signal("CONT");
      Ended ended = process.await();
      assertThat(others(site, shard)).isEqualTo(others);
      return ended;
    }
  }

  private static Map<String, String> others(MergeSite site, Path shard) {
    Map<String, String> inputs = site.inputs();
    inputs.remove(shard.getFileName().toString());
    return inputs;
  }

  private static void truncate(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    }
  }
}
