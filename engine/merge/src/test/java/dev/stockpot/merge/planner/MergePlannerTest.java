package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergePlannerTest {

  private static final long LONG = TaskDivision.PIECE_ELEMENTS;

  @TempDir private Path directory;

  /** One tensor of three pieces, one of one, a scalar, an empty one, and a copied one of two. */
  private static SafetensorsFixture varied(Dtype wide) {
    return checkpoint()
        .tensor("long", Dtype.BF16, List.of(2 * LONG + 1), new byte[(int) (4 * LONG + 2)])
        .tensor("wide", wide, List.of(3L, 5L), new byte[15 * wide.bytes()])
        .nextShard()
        .tensor("scalar", Dtype.F32, List.of(), new byte[4])
        .tensor("empty", Dtype.F32, List.of(0L, 7L), new byte[0])
        .tensor(
            "ids",
            Dtype.I8,
            List.of(TaskDivision.PIECE_BYTES + 1),
            new byte[(int) TaskDivision.PIECE_BYTES + 1]);
  }

  private Plans varied() {
    return new Plans(directory)
        .model("a", 3, varied(Dtype.F32))
        .model("b", 0, varied(Dtype.F64))
        .model("c", 7, varied(Dtype.BF16))
        .shardSize(9_000_000);
  }

  private Plans small() {
    return new Plans(directory)
        .model("a", 3, checkpoint().f32("w", 1, 2).sidecar("config.json", "{}"))
        .model("b", 7, checkpoint().f32("w", 3, 4));
  }

  @Test
  void tasksAreNumberedInTheirOrderAndCopiesComeFirst() {
    List<TensorTask> tasks = varied().planned().tasks();
    for (int id = 0; id < tasks.size(); id++) {
      assertThat(tasks.get(id).id()).isEqualTo(id);
    }
    assertThat(tasks.stream().map(TensorTask::operation).distinct())
        .containsExactly(Operation.COPY, Operation.MERGE);
    long copies = tasks.stream().filter(task -> task.operation() == Operation.COPY).count();
    assertThat(tasks.subList(0, (int) copies))
        .extracting(TensorTask::operation)
        .containsOnly(Operation.COPY);
  }

  @Test
  void piecesTileTheOutputExactly() {
    PlannedMerge planned = varied().planned();
    for (ShardLayout shard : planned.layout().shards()) {
      int index = planned.layout().shards().indexOf(shard);
      long at = shard.dataStart();
      for (TensorTask task :
          planned.tasks().stream()
              .filter(task -> task.shard() == index)
              .sorted(Comparator.comparingLong(TensorTask::offset))
              .toList()) {
        assertThat(task.offset()).as(task.tensor()).isEqualTo(at);
        at += task.length();
      }
      assertThat(at).isEqualTo(shard.fileSize());
    }
    assertThat(planned.outputBytes())
        .isEqualTo(planned.tasks().stream().mapToLong(TensorTask::length).sum());
  }

  @Test
  void piecesOfATensorReadEverySourceExactlyOnce() {
    PlannedMerge planned = varied().planned();
    for (PlacedTensor placed : planned.layout().tensors()) {
      List<TensorTask> pieces =
          planned.tasks().stream().filter(task -> task.tensor().equals(placed.name())).toList();
      long first = 0;
      for (TensorTask piece : pieces) {
        assertThat(piece.firstElement()).isEqualTo(first);
        for (SourceRange source : piece.sources()) {
          TensorLocation whole =
              Objects.requireNonNull(
                  planned.checkpoints().get(source.model()).tensors().get(placed.name()));
          long width = piece.operation() == Operation.MERGE ? whole.header().dtype().bytes() : 1;
          assertThat(source.offset()).isEqualTo(whole.offset() + first * width);
          assertThat(source.length()).isEqualTo(piece.elements() * width);
          assertThat(source.dtype()).isEqualTo(whole.header().dtype());
          assertThat(planned.inputs().get(source.input()).path()).isEqualTo(whole.file().path());
        }
        first += piece.elements();
      }
      long width =
          pieces.isEmpty() || pieces.getFirst().operation() == Operation.COPY
              ? 1
              : placed.tensor().dtype().bytes();
      assertThat(first * width).as(placed.name()).isEqualTo(placed.byteSize());
    }
  }

  @Test
  void piecesAreBounded() {
    List<TensorTask> tasks = varied().planned().tasks();
    assertThat(tasks.stream().filter(task -> task.tensor().equals("long"))).hasSize(3);
    assertThat(tasks.stream().filter(task -> task.tensor().equals("ids"))).hasSize(2);
    assertThat(tasks.stream().filter(task -> task.tensor().equals("scalar"))).hasSize(1);
    assertThat(tasks.stream().filter(task -> task.tensor().equals("empty"))).isEmpty();
    assertThat(tasks)
        .allSatisfy(task -> {
          long bound =
              task.operation() == Operation.MERGE
                  ? TaskDivision.PIECE_ELEMENTS
                  : TaskDivision.PIECE_BYTES;
          assertThat(task.elements()).isBetween(1L, bound);
        });
  }

  @Test
  void aModelOfWeightZeroIsCheckedAndNotRead() {
    PlannedMerge planned = varied().planned();
    assertThat(planned.soups().getFirst().spec().weights())
        .isEqualTo(IntegerWeights.over(10, 3, 7));
    assertThat(planned.tasks())
        .allSatisfy(task ->
            assertThat(task.sources())
                .extracting(SourceRange::model)
                .isEqualTo(task.operation() == Operation.MERGE ? List.of(0, 2) : List.of(0, 1, 2)));
    new Plans(directory).model("d", 0, checkpoint().f32("other", 1));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> varied().model("d", 0).planned())
        .withMessageContaining("a, b, c: tensor 'other': missing here, and there in d");
  }

  @Test
  void oneCheckpointMayTakePartTwice() {
    SafetensorsFixture same = checkpoint().f32("w", 1);
    PlannedMerge planned = new Plans(directory).model("a", 3, same).model("a", 7, same).planned();
    assertThat(planned.inputs()).hasSize(1);
    assertThat(planned.tasks().getFirst().sources())
        .extracting(SourceRange::input)
        .containsExactly(0, 0);
  }

  @Test
  void theSpecNamesWhatTasksNameByNumber() {
    PlannedMerge planned = small().policy(NonFinitePolicy.WARN).planned();
    MergeSpec spec = planned.spec("the job", directory, "the token");
    assertThat(spec.run()).isEqualTo("the job");
    assertThat(spec.models()).containsExactly("a", "b");
    assertThat(spec.input(0)).isEqualTo(planned.inputs().get(0).ref());
    assertThat(spec.input(1).path()).isEqualTo(directory.resolve("b/model.safetensors").toString());
    assertThat(spec.shards()).containsExactly(Map.entry(0, "model.safetensors"));
    assertThat(spec.staging()).isEqualTo(directory.toString());
    assertThat(spec.stagingToken()).isEqualTo("the token");
    assertThat(spec.nonFinite()).isEqualTo(NonFinitePolicy.WARN);
  }

  @Test
  void bytesAreCountedByWhatTheyAre() {
    PlannedMerge planned = small().planned();
    assertThat(planned.inputBytes()).isEqualTo(16);
    assertThat(planned.outputBytes()).isEqualTo(8);
    assertThat(planned.shardBytes())
        .isEqualTo(8 + planned.layout().shards().getFirst().dataStart());
  }

  @Test
  void theFirstModelIsTheDonorUnlessThePlanNamesAnother() {
    assertThat(small().planned().donor()).contains(directory.resolve("a"));
    assertThat(small().donor("b").planned().donor()).contains(directory.resolve("b"));
  }

  @Test
  void aLoneFileGivesNeitherConfigNorTokenizerAndThatIsSaid() {
    checkpoint().f32("w", 1).writeFile(directory.resolve("lone.safetensors"));
    PlannedMerge planned = new Plans(directory).model("lone.safetensors", 10).planned();
    assertThat(planned.donor()).isEmpty();
    assertThat(planned.warnings()).anyMatch(line -> line.contains("lone.safetensors: is a single"));
  }

  @Test
  void aDonorWhoseConfigCannotBeReadIsAProblemNowAndNotAtTheEnd() throws IOException {
    Path donor = Files.createDirectory(directory.resolve("donor"));
    Files.writeString(donor.resolve("config.json"), "{ not json");
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> small().donor("donor").planned())
        .withMessageContaining(donor.resolve("config.json").toString());
  }

  @Test
  void theFingerprintStaysWhereNothingThatMattersChanges() {
    String fingerprint = small().planned().fingerprint();
    FileTime written = lastModified("b");
    Plans again = small();
    setLastModified("b", written);
    setLastModified("a", FileTime.from(Instant.EPOCH));
    String before = again.planned().fingerprint();
    assertThat(again.output("elsewhere").planned().fingerprint()).isEqualTo(before);
    assertThat(again.policy(NonFinitePolicy.WARN).planned().fingerprint()).isEqualTo(before);
    assertThat(before).as("an input was written anew").isNotEqualTo(fingerprint);
  }

  @Test
  void theFingerprintChangesWithEachThingThatMatters() throws IOException {
    Plans plans = small();
    String fingerprint = plans.planned().fingerprint();
    assertThat(plans.planned().fingerprint()).isEqualTo(fingerprint);
    assertThat(fingerprint).matches("[0-9a-f]{64}");

    assertThat(changed().model("a", 4).model("b", 6).planned().fingerprint())
        .as("weights")
        .isNotEqualTo(fingerprint);
    assertThat(changed().model("b", 7).model("a", 3).planned().fingerprint())
        .as("order")
        .isNotEqualTo(fingerprint);
    assertThat(changed().model("a", 3).model("b", 7).dtype(Dtype.BF16).planned().fingerprint())
        .as("dtype")
        .isNotEqualTo(fingerprint);
    assertThat(changed().model("a", 3).model("b", 7).shardSize(5).planned().fingerprint())
        .as("shard size")
        .isNotEqualTo(fingerprint);
    assertThat(changed().model("a", 3).model("b", 7).donor("b").planned().fingerprint())
        .as("donor")
        .isNotEqualTo(fingerprint);

    FileTime before = lastModified("b");
    setLastModified("b", FileTime.from(before.toInstant().plusNanos(1_000)));
    assertThat(plans.planned().fingerprint()).as("time").isNotEqualTo(fingerprint);
    setLastModified("b", before);
    assertThat(plans.planned().fingerprint()).isEqualTo(fingerprint);

    checkpoint().metadata("{\"format\":\"np\"}").f32("w", 3, 4).writeTo(directory.resolve("b"));
    setLastModified("b", before);
    assertThat(plans.planned().fingerprint()).as("header of equal size").isNotEqualTo(fingerprint);
  }

  private Plans changed() {
    return new Plans(directory);
  }

  private Path weights(String model) {
    return directory.resolve(model).resolve("model.safetensors");
  }

  private FileTime lastModified(String model) {
    try {
      return Files.getLastModifiedTime(weights(model));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void setLastModified(String model, FileTime time) {
    try {
      Files.setLastModifiedTime(weights(model), time);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anInputFileSaysHowItChanged() throws IOException {
    small();
    Path file = weights("a");
    InputFile input = InputFile.of(Checkpoint.open(file).files().getFirst());
    assertThat(input.change()).isEmpty();

    FileTime before = Files.getLastModifiedTime(file);
    setLastModified("a", FileTime.from(Instant.EPOCH));
    assertThat(input.change())
        .hasValueSatisfying(
            change -> assertThat(change).startsWith(file + ": was written to at 1970"));

    byte[] bytes = Files.readAllBytes(file);
    byte[] other = bytes.clone();
    other[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("pt")] = 'q';
    Files.write(file, other);
    Files.setLastModifiedTime(file, before);
    assertThat(input.change()).contains(file + ": its header is another now");

    Files.write(file, new byte[1], StandardOpenOption.APPEND);
    assertThat(input.change())
        .contains(file + ": had %d bytes, has %d now".formatted(bytes.length, bytes.length + 1));

    Files.delete(file);
    assertThat(input.change()).contains(file + ": is gone");
  }

  @Test
  void whatIsNotCopiedFromTheDonorIsNamed() throws IOException {
    Plans plans = small();
    Files.createFile(directory.resolve("a/optimizer.pt"));
    Files.createFile(directory.resolve("a/adapter_config.json"));
    Files.createFile(directory.resolve("b/trainer_state.json"));
    assertThat(plans.planned().warnings())
        .containsOnlyOnce(
            "not copied from %s: adapter_config.json (an adapter); optimizer.pt (training state)"
                .formatted(directory.resolve("a")));
  }
}
