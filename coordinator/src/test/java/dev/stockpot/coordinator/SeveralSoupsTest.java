package dev.stockpot.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several soups of the same models, made in one pass by real actors. */
class SeveralSoupsTest {

  private static final int TASKS = 9;
  private static final int DONE = 5;
  private static final byte[] INFINITY = {(byte) 0x80, 0x7f};

  @TempDir private Path directory;
  private Soup several;

  @BeforeEach
  void writeInputs() {
    several =
        Soup.in(directory)
            .beside("mostly-b", 3, 7)
            .beside("only-b", 0, 10)
            .beside("beyond-a", 13, -3)
            .onNonFinite(NonFinitePolicy.WARN);
  }

  private static MergeSummary merge(Soup soup) {
    try (StagingArea staging = StagingArea.claim(soup.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker("cpu");
      return Kitchen.summary(kitchen.merge(soup, staging, false));
    }
  }

  /** Merges the first tasks, and then all ends. */
  private void mergeSomeAndEnd() {
    try (StagingArea staging = StagingArea.claim(several.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker(
          "cpu", task -> task.id() < DONE ? ScriptedExecutor.DONE : ScriptedExecutor.LOST);
      TestProbe<JobUpdate> follower = kitchen.merge(several, staging, false);
      while (Kitchen.await(follower, MergeProgressed.class).doneTasks() < DONE) {
        assertThat(several.output()).doesNotExist();
      }
    }
  }

  /** Makes each soup again, alone, and compares every file. */
  private void assertThatEachIsAsMadeAlone() throws IOException {
    for (dev.stockpot.plan.Soup soup : several.soups()) {
      Soup alone = several.alone(soup, "alone/" + soup.name());
      merge(alone);
      Map<String, byte[]> expected = files(alone.output());
      Map<String, byte[]> made = files(several.output().resolve(soup.name()));
      assertThat(expected).containsKeys("config.json", "tokenizer.json", "README.md");
      assertThat(made.keySet()).isEqualTo(expected.keySet());
      expected.forEach((file, bytes) -> assertThat(made.get(file)).as(file).isEqualTo(bytes));
    }
  }

  /** All of a checkpoint, but for when it was made and how long that took. */
  private static Map<String, byte[]> files(Path checkpoint) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(checkpoint)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(checkpoint.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    Manifest manifest = Manifest.readIn(checkpoint).orElseThrow();
    files.put(
        Manifest.FILE_NAME,
        new Manifest(
                manifest.format(),
                manifest.stockpot(),
                manifest.kernel(),
                manifest.fingerprint(),
                Instant.EPOCH,
                manifest.plan(),
                manifest.inputs(),
                manifest.outputs(),
                manifest.companions(),
                manifest.tensors(),
                StageNanos.ZERO)
            .toJson());
    return files;
  }

  private long infinities(String name) {
    return Manifest.readIn(several.output().resolve(name)).orElseThrow().tensors().stream()
        .mapToLong(Manifest.Tensor::infinity)
        .sum();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16", "F32"})
  void eachSoupHasTheFilesThatItWouldHaveAlone(Dtype dtype) throws IOException {
    several = several.as(dtype);
    MergeSummary summary = merge(several);
    assertThat(summary.merged()).isEqualTo(TASKS);
    assertThat(summary.inputBytes()).isEqualTo(several.planned().inputBytes());
    assertThat(summary.outputBytes()).isEqualTo(3 * several.planned().layout().totalSize());
    assertThatEachIsAsMadeAlone();
  }

  @Test
  void aModelThatASoupDoesNotUseBringsItNoInfinity() throws IOException {
    several.overwrite("a", "layers.0.up", INFINITY);
    merge(several);
    assertThat(infinities("mostly-b")).isEqualTo(1);
    assertThat(infinities("only-b")).isZero();
    assertThatEachIsAsMadeAlone();
  }

  @Test
  void aSoupThatBreaksThePlansPolicyIsNamed() {
    several = Soup.in(directory.resolve("again")).beside("fine", 10, 0).beside("broken", 0, 10);
    several.overwrite("b", "layers.0.up", INFINITY);
    try (StagingArea staging = StagingArea.claim(several.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker("cpu");
      assertThat(
              Kitchen.await(kitchen.merge(several, staging, false), JobUpdate.Failed.class)
                  .failure()
                  .message())
          .startsWith("layers.0.up: element 0 of soup 'broken' is infinite; it comes from b");
    }
    assertThat(several.output()).doesNotExist();
  }

  @Test
  void soupsThatAreThereAlreadyAreNotMadeAgain() {
    merge(several);
    assertThat(merge(several).alreadyFinished()).isTrue();
  }

  @Test
  void aSoupIsTheFinishedResultOfThePlanThatMakesItAlone() throws IOException {
    merge(several);
    Files.move(several.output().resolve("only-b"), directory.resolve("best"));
    Soup alone = several.alone(several.soups().get(1), "best");
    assertThat(merge(alone).alreadyFinished()).isTrue();
  }

  @Test
  void aPassThatWasEndedGoesOnAndKeepsWhatIsIntact() throws IOException {
    mergeSomeAndEnd();
    mergeSomeAndEnd();
    assertThat(merge(several).kept()).isEqualTo(DONE);
    assertThatEachIsAsMadeAlone();
  }

  @Test
  void aStagedByteOfOneSoupThatChangedIsMergedAgain() throws IOException {
    mergeSomeAndEnd();
    PlannedMerge planned = several.planned();
    TensorTask task = planned.tasks().get(2);
    ShardLayout shard = planned.layout().shards().get(task.shard());
    Path staged = directory.resolve(".soup.stockpot/shards/beyond-a").resolve(shard.fileName());
    try (RandomAccessFile file = new RandomAccessFile(staged.toFile(), "rw")) {
      file.seek(task.offset() + 1);
      int old = file.read();
      file.seek(task.offset() + 1);
      file.write(old ^ 1);
    }
    MergeSummary summary = merge(several);
    assertThat(summary.kept()).isEqualTo(DONE - 1);
    assertThat(summary.merged()).isEqualTo(TASKS - DONE + 1);
    assertThatEachIsAsMadeAlone();
  }

  @Test
  void whatWasStagedForOtherSoupsIsNotKept() throws IOException {
    mergeSomeAndEnd();
    several = several.beside("one-more", 5, 5);
    assertThat(merge(several).kept()).isZero();
    assertThatEachIsAsMadeAlone();
  }
}
