package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path root;

  private static SafetensorsFixture sharded() {
    return SafetensorsFixture.checkpoint().f32("b", 1, 2).f32("a", 3).nextShard().f32("c", 4, 5, 6);
  }

  @Test
  void aSingleFileOfADirectoryGivesEachTensorItsPlace() throws IOException {
    Path directory = SafetensorsFixture.checkpoint().f32("b", 1, 2).f32("a", 3).writeTo(root);
    Checkpoint checkpoint = Checkpoint.open(directory);
    CheckpointFile file = checkpoint.files().getFirst();
    assertThat(checkpoint.path()).isEqualTo(directory);
    assertThat(file.path()).isEqualTo(directory.resolve("model.safetensors"));
    assertThat(file.size()).isEqualTo(Files.size(file.path()));
    assertThat(file.lastModified()).isEqualTo(Files.getLastModifiedTime(file.path()).toInstant());
    assertThat(checkpoint.tensors().keySet()).containsExactly("b", "a");
    assertThat(checkpoint.tensors().values())
        .extracting(TensorLocation::offset)
        .containsExactly(file.header().dataStart(), file.header().dataStart() + 8);
    assertThat(checkpoint.warnings()).isEmpty();
  }

  @Test
  void aFileAloneIsACheckpointToo() {
    Path file =
        SafetensorsFixture.checkpoint().f32("w", 1).writeFile(root.resolve("x.safetensors"));
    assertThat(Checkpoint.open(file).tensors().keySet()).containsExactly("w");
  }

  @Test
  void shardsAreReadInTheOrderOfTheirNames() {
    Checkpoint checkpoint = Checkpoint.open(sharded().writeTo(root));
    assertThat(checkpoint.tensors().keySet()).containsExactly("b", "a", "c");
    assertThat(checkpoint.files())
        .extracting(file -> String.valueOf(file.path().getFileName()))
        .containsExactly("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
  }

  @Test
  void linksAsInTheHubsCacheAreFollowed() throws IOException {
    Path blobs = sharded().writeTo(root.resolve("blobs"));
    Path snapshot = Files.createDirectory(root.resolve("snapshot"));
    for (Path blob : List.copyOf(listed(blobs))) {
      Files.createSymbolicLink(
          snapshot.resolve(blob.getFileName()), Path.of("../blobs").resolve(blob.getFileName()));
    }
    assertThat(Checkpoint.open(snapshot).tensors()).hasSize(3);
  }

  @Test
  void theSingleFileCountsBeforeTheIndexAndTheRestIsReported() {
    sharded().writeTo(root);
    SafetensorsFixture.checkpoint().f32("only", 1).writeTo(root);
    Checkpoint checkpoint = Checkpoint.open(root);
    assertThat(checkpoint.tensors().keySet()).containsExactly("only");
    assertThat(checkpoint.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            root
                + "/model.safetensors.index.json: not read: model.safetensors lies beside it and"
                + " counts first, as in transformers",
            root
                + ": not read: 2 safetensors files here are no part of the checkpoint:"
                + " 'model-*-of-*.safetensors' (2)");
  }

  @Test
  void tensorsOfAListedShardThatTheIndexDoesNotListAreTakenAndReported() throws IOException {
    sharded().writeTo(root);
    index("\"c\":\"model-00002-of-00002.safetensors\"");
    Checkpoint checkpoint = Checkpoint.open(root);
    assertThat(checkpoint.tensors().keySet()).containsExactly("c");
    assertThat(checkpoint.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            root
                + "/model-00001-of-00002.safetensors: not read: this safetensors file is no part of"
                + " the checkpoint");
    index("\"c\":\"model-00002-of-00002.safetensors\",\"a\":\"model-00001-of-00002.safetensors\"");
    Checkpoint all = Checkpoint.open(root);
    assertThat(all.tensors().keySet()).containsExactly("b", "a", "c");
    assertThat(all.unlisted()).containsExactly("b");
    assertThat(all.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            root
                + "/model-00001-of-00002.safetensors: holds 1 tensor that"
                + " model.safetensors.index.json does not list; taken all the same, as"
                + " transformers does: 'b'");
  }

  @Test
  void aTensorOfTwoShardsIsTakenFromTheOneThatTheIndexNames() throws IOException {
    SafetensorsFixture.checkpoint().f32("w", 1).nextShard().f32("v", 1).f32("w", 2).writeTo(root);
    index("\"w\":\"model-00001-of-00002.safetensors\",\"v\":\"model-00002-of-00002.safetensors\"");
    Checkpoint checkpoint = Checkpoint.open(root);
    assertThat(checkpoint.tensors().get("w"))
        .isNotNull()
        .extracting(TensorLocation::file)
        .isEqualTo(checkpoint.files().getFirst());
    assertThat(checkpoint.unlisted()).isEmpty();
    assertThat(checkpoint.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            root
                + "/model-00002-of-00002.safetensors: holds 1 tensor that the index maps to"
                + " model-00001-of-00002.safetensors; taken from there, and what lies here is not"
                + " read: 'w'");
  }

  @Test
  void aTensorOfTwoShardsThatTheIndexDoesNotListIsAnError() throws IOException {
    SafetensorsFixture.checkpoint()
        .f32("u", 1)
        .f32("w", 1)
        .nextShard()
        .f32("v", 1)
        .f32("w", 2)
        .writeTo(root);
    index("\"u\":\"model-00001-of-00002.safetensors\",\"v\":\"model-00002-of-00002.safetensors\"");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            root
                + "/model-00002-of-00002.safetensors: tensor 'w': lies in"
                + " model-00001-of-00002.safetensors too, and the index lists it for neither; keep"
                + " it in one of them");
  }

  @Test
  void shardsMayLieInADirectoryOfTheCheckpointAndBeNamedWithADot() throws IOException {
    sharded().writeTo(root);
    Path below = Files.createDirectory(root.resolve("w"));
    Files.move(
        root.resolve("model-00002-of-00002.safetensors"), below.resolve("second.safetensors"));
    index(
        "\"a\":\"./model-00001-of-00002.safetensors\",\"b\":\".//model-00001-of-00002.safetensors\","
            + "\"c\":\"w/./second.safetensors\"");
    Checkpoint checkpoint = Checkpoint.open(root);
    assertThat(checkpoint.tensors().keySet()).containsExactly("b", "a", "c");
    assertThat(checkpoint.files())
        .extracting(CheckpointFile::path)
        .containsExactly(
            root.resolve("model-00001-of-00002.safetensors"), below.resolve("second.safetensors"));
    assertThat(checkpoint.warnings()).isEmpty();
    index("\"c\":\"w/third.safetensors\"");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessageStartingWith(below + "/third.safetensors: the shard is missing");
  }

  @Test
  void aLinkedDirectoryThatLeadsOutOfTheCheckpointHoldsNoneOfItsShards() throws IOException {
    Path model = Files.createDirectory(root.resolve("model"));
    SafetensorsFixture.checkpoint().f32("w", 1).writeTo(root.resolve("elsewhere"));
    Files.createSymbolicLink(model.resolve("w"), root.resolve("elsewhere"));
    Files.writeString(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"w\":\"w/model.safetensors\"}}");
    assertThatThrownBy(() -> Checkpoint.open(model))
        .hasMessage(
            model
                + "/w/model.safetensors: lies in a linked directory, outside of the checkpoint;"
                + " move it");
  }

  @Test
  void aMappedTensorThatIsNotInItsShardIsAnError() throws IOException {
    sharded().writeTo(root);
    index(
        "\"a\":\"model-00002-of-00002.safetensors\",\"b\":\"model-00001-of-00002.safetensors\","
            + "\"c\":\"model-00002-of-00002.safetensors\",\"d\":\"model-00001-of-00002.safetensors\"");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(
            "2 problems:\n  "
                + root
                + "/model-00002-of-00002.safetensors: tensor 'a': the index maps it to this file,"
                + " but it lies in model-00001-of-00002.safetensors; correct the index\n  "
                + root
                + "/model-00001-of-00002.safetensors: tensor 'd': the index maps it to this file,"
                + " which does not hold it; download both again");
  }

  @Test
  void everyMissingShardIsNamed() throws IOException {
    sharded().writeTo(root);
    Files.delete(root.resolve("model-00001-of-00002.safetensors"));
    Files.delete(root.resolve("model-00002-of-00002.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(
            "2 problems:\n  "
                + root
                + "/model-00001-of-00002.safetensors: the shard is missing; the index maps 2"
                + " tensors to it; download it\n  "
                + root
                + "/model-00002-of-00002.safetensors: the shard is missing; the index maps 1"
                + " tensors to it; download it");
  }

  @Test
  void theProblemsOfAllShardsAreToldAtOnce() throws IOException {
    sharded().writeTo(root);
    Files.write(root.resolve("model-00001-of-00002.safetensors"), new byte[3]);
    Files.write(root.resolve("model-00002-of-00002.safetensors"), new byte[4]);
    assertThatThrownBy(() -> Checkpoint.open(root))
        .isInstanceOfSatisfying(
            CheckpointException.class, e -> assertThat(e.problems()).hasSize(2));
  }

  @Test
  void aPathThatIsNotThereSaysWhatToGive() {
    Path missing = root.resolve("missing");
    assertThatThrownBy(() -> Checkpoint.open(missing))
        .hasMessage(
            missing
                + ": does not exist; give the directory of a checkpoint or a .safetensors file");
  }

  @Test
  void aHubReferenceIsRecognised() {
    assertThatThrownBy(() -> Checkpoint.open(Path.of("some-org/Some-Model-8B.v2")))
        .hasMessage(
            "some-org/Some-Model-8B.v2: does not exist here; if it is a model on the hub: hub"
                + " references are not supported yet, download it first (hf download"
                + " some-org/Some-Model-8B.v2 --local-dir Some-Model-8B.v2) and give its directory");
    assertThat(HubReference.matches("../org/name")).isFalse();
    assertThat(HubReference.matches("dir/model.safetensors")).isFalse();
  }

  @Test
  void aDirectoryWithoutWeightsSaysWhatIsThereInstead() throws IOException {
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(root + ": is empty; download the checkpoint again");
    Files.writeString(root.resolve("config.json"), "{}");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(
            root
                + ": holds no weights: neither model.safetensors nor model.safetensors.index.json;"
                + " download them");
    Files.writeString(root.resolve("consolidated.safetensors"), "x");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(
            root
                + ": holds neither model.safetensors nor model.safetensors.index.json, but"
                + " consolidated.safetensors; give the file itself to read it alone");
    Files.writeString(root.resolve("model-00001-of-00001.safetensors"), "x");
    assertThatThrownBy(() -> Checkpoint.open(root))
        .hasMessage(root + ": holds shards but no model.safetensors.index.json; download it too");
  }

  @Test
  void filesOfOtherKindsAreRefused() throws IOException {
    Path index = Files.writeString(root.resolve("model.safetensors.index.json"), "{}");
    assertThatThrownBy(() -> Checkpoint.open(index))
        .hasMessage(
            index + ": is the index of a checkpoint; give the directory that it lies in: " + root);
    Path text = Files.writeString(root.resolve("notes.txt"), "x");
    assertThatThrownBy(() -> Checkpoint.open(text))
        .hasMessage(
            text
                + ": is neither a directory nor a .safetensors file; give the checkpoint's directory");
    Path link = Files.createSymbolicLink(root.resolve("l.safetensors"), Path.of("gone"));
    assertThatThrownBy(() -> Checkpoint.open(link))
        .hasMessage(link + ": is a symbolic link to something that does not exist: 'gone'");
    Path directory = Files.createDirectory(root.resolve("d"));
    Files.createDirectory(directory.resolve("model.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(directory))
        .hasMessage(
            directory.resolve("model.safetensors") + ": is a directory, not a safetensors file");
  }

  @Test
  void aFileWithoutPermissionSaysSo() throws IOException {
    Path file =
        SafetensorsFixture.checkpoint().f32("w", 1).writeFile(root.resolve("x.safetensors"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "this user reads every file, whatever its permissions");
    assertThatThrownBy(() -> Checkpoint.open(file)).hasMessage(file + ": no permission to read it");
  }

  private void index(String entries) throws IOException {
    Files.writeString(
        root.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + entries + "}}");
  }

  private static List<Path> listed(Path directory) throws IOException {
    try (var paths = Files.list(directory)) {
      return paths.toList();
    }
  }
}
