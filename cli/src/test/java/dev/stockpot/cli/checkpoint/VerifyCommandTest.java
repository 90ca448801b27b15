package dev.stockpot.cli.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class VerifyCommandTest {
  private static final int LAYERS = 30;

  @TempDir Path root;
  private Path output;

  @BeforeEach
  void mergeTwoModels() throws IOException {
    for (int model = 0; model < 2; model++) {
      SafetensorsFixture checkpoint = SafetensorsFixture.checkpoint();
      SplittableRandom random = new SplittableRandom(model);
      for (int layer = 0; layer < LAYERS; layer++) {
        int[] patterns = random.ints(2000 + layer, 0x3c00, 0x3f80).toArray();
        checkpoint.bits16("layer.%02d".formatted(layer), Dtype.BF16, patterns);
      }
      checkpoint
          .tensor("mask", Dtype.U8, List.of(4L), new byte[] {1, 2, 3, 4})
          .f32("empty")
          .writeTo(root.resolve("m" + model));
    }
    output = root.resolve("out");
    Path plan =
        Files.writeString(
            root.resolve("plan.yaml"),
            """
            version: 1
            method: linear
            models:
              - {model: m0, weight: 0.3}
              - {model: m1, weight: 0.7}
            output: {path: out, shard_size: 100KB}
            """);
    assertThat(CommandRun.of("merge", "-q", plan)).isEqualTo(new CommandRun(0, output + "\n", ""));
  }

  private CommandRun verify(Object... options) {
    return CommandRun.of(Stream.concat(Stream.of("verify", output), Stream.of(options)).toArray());
  }

  private static TensorLocation locate(Path checkpoint, String tensor) {
    return Objects.requireNonNull(Checkpoint.open(checkpoint).tensors().get(tensor));
  }

  /** Flips a bit of one byte of a tensor and restores the file's time. */
  private static void flip(TensorLocation tensor, long at) throws IOException {
    Path file = tensor.file().path();
    FileTime time = Files.getLastModifiedTime(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, tensor.offset() + at);
      channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), tensor.offset() + at);
    }
    Files.setLastModifiedTime(file, time);
  }

  private void editManifest(String from, String to) throws IOException {
    Path manifest = output.resolve("stockpot-manifest.json");
    String text = Files.readString(manifest);
    assertThat(text).contains(from);
    Files.writeString(manifest, text.replace(from, to));
  }

  @Test
  void aSampleOfAFreshOutputIsBitIdentical() {
    assertThat(verify())
        .isEqualTo(
            new CommandRun(
                0,
                "bit-identical: 16 of 32 tensors recomputed, all 32 checksums match (120.87 kB)\n",
                ""));
  }

  @Test
  void everyTensorCanBeRecomputed() {
    assertThat(verify("--all").out()).startsWith("bit-identical: 32 of 32 tensors recomputed, ");
    assertThat(verify("--sample", 3).out()).startsWith("bit-identical: 3 of 32 tensors ");
  }

  @Test
  void anOutputThatWasMovedIsStillVerified() throws IOException {
    output = Files.move(output, root.resolve("elsewhere"));
    assertThat(verify().exitCode()).isZero();
  }

  @Test
  void damageIsFoundInEveryTensorAndItsFirstElementIsNamed() throws IOException {
    for (String tensor : List.of("layer.07", "layer.08", "layer.09")) {
      TensorLocation damaged = locate(output, tensor);
      flip(damaged, 2 * 901);
      flip(damaged, 2 * 17);
    }
    CommandRun run = verify("--sample", 1);
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .containsPattern(
            "layer.08': its checksum is [0-9a-f]{8}, the manifest says [0-9a-f]{8}: the bytes"
                + " changed after the merge\n")
        .containsPattern(
            "layer.07': differs from element 17 on: recomputed 0x[0-9a-f]{4}, the file has"
                + " 0x[0-9a-f]{4}\n")
        .containsPattern("layer.09': differs from element 17 on")
        .endsWith(
            "NOT verified: 6 problems; 1 of 32 tensors recomputed, 29 of 32 checksums match\n");
  }

  @Test
  void aWrongValueWithARightChecksumIsFoundByRecomputing() throws IOException {
    TensorLocation tensor = locate(output, "layer.12");
    flip(tensor, 2 * 5);
    CommandRun damaged = verify("--checksums-only");
    String found = damaged.out().replaceAll("(?s).*its checksum is ([0-9a-f]{8}).*", "$1");
    String written = damaged.out().replaceAll("(?s).*manifest says ([0-9a-f]{8}).*", "$1");
    editManifest(written, found);

    assertThat(verify("--checksums-only").exitCode()).isZero();
    CommandRun run = verify("--all");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .contains("tensor 'layer.12': differs from element 5 on: ")
        .endsWith(
            "NOT verified: 1 problem; 31 of 32 tensors recomputed, all 32 checksums match (120.87 kB)\n");
  }

  @Test
  void aCopiedTensorIsNamedByItsByte() throws IOException {
    flip(locate(output, "mask"), 2);
    assertThat(verify("--sample", 1).out())
        .contains("'mask': differs from byte 2 on: recomputed 0x03, the file has 0x02\n");
  }

  @Test
  void aTouchedInputIsANoteAsLongAsItsBytesAreTheSame() throws IOException {
    Path input = root.resolve("m1/model.safetensors");
    Files.setLastModifiedTime(input, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    CommandRun run = verify();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("note: input changed since the merge: " + input + ": was written to at 2020")
        .contains("\nbit-identical: ");
  }

  @Test
  void anInputWithOtherBytesIsToldFromAWrongOutput() throws IOException {
    flip(locate(root.resolve("m1"), "layer.03"), 0);
    CommandRun run = verify("--all");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .contains(
            "'layer.03': cannot be recomputed: its bytes in m1 are not those that were merged")
        .endsWith(
            "NOT verified: 1 problem; 31 of 32 tensors recomputed, all 32 checksums match (120.87 kB)\n");
  }

  @Test
  void copiesThatDisagreeNowCannotBeRecomputed() throws IOException {
    flip(locate(root.resolve("m1"), "mask"), 0);
    CommandRun run = verify("--all");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).contains("'mask': cannot be recomputed: mask: U8 tensors are copied");
  }

  @Test
  void withoutInputsOnlyTheChecksumsCanBeVerified() throws IOException {
    Files.delete(root.resolve("m0/model.safetensors"));
    CommandRun run = verify();
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .contains("not recomputed: " + root.resolve("m0"))
        .endsWith(
            "NOT verified: no tensor could be recomputed; all 32 checksums match (120.87 kB)\n");
    assertThat(verify("--checksums-only"))
        .isEqualTo(
            new CommandRun(
                0,
                "undamaged: all 32 checksums match (120.87 kB); no tensor was recomputed\n",
                ""));
  }

  @Test
  void otherKernelsSayWhichReleaseToUse() throws IOException {
    editManifest("\"kernel\" : 1", "\"kernel\" : 99");
    CommandRun run = verify();
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out())
        .contains("made by kernels of version 99, this release has 1; verify with");
  }

  @Test
  void aTruncatedShardIsAProblemOfThatFileAlone() throws IOException {
    Path shard = output.resolve("model-00001-of-00002.safetensors");
    try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(shard) - 1);
    }
    CommandRun run = verify("--all");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).startsWith(shard + ": has ").contains("NOT verified: 1 problem; ");
  }

  @Test
  void aHeaderThatIsAnotherIsAProblem() throws IOException {
    Path shard = output.resolve("model-00002-of-00002.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("layer.29");
    bytes[at + 7] = 'x';
    Files.write(shard, bytes);
    CommandRun run = verify();
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).startsWith(shard + ": its header is not the one that was written");
  }

  @Test
  void aDamagedIndexIsAProblem() throws IOException {
    Files.writeString(output.resolve("model.safetensors.index.json"), "{");
    CommandRun run = verify("--checksums-only");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).contains("model.safetensors.index.json").contains("NOT verified: ");
  }

  @Test
  void whatIsMissingIsAnErrorOfUsage() throws IOException {
    Files.delete(output.resolve("model-00002-of-00002.safetensors"));
    CommandRun noShard = verify();
    assertThat(noShard.exitCode()).isEqualTo(2);
    assertThat(noShard.err())
        .contains("1 of the 2 shards that its manifest names are not there: model-00002-of-00002");

    CommandRun noManifest = CommandRun.of("verify", root.resolve("m0"));
    assertThat(noManifest.exitCode()).isEqualTo(2);
    assertThat(noManifest.err()).contains("m0: has no stockpot-manifest.json");

    CommandRun noDirectory = CommandRun.of("verify", root.resolve("nowhere"));
    assertThat(noDirectory.exitCode()).isEqualTo(2);
    assertThat(noDirectory.err()).contains("nowhere: is not a directory");
  }

  @Test
  void aManifestCannotPointElsewhere() throws IOException {
    editManifest("\"model-00001-of-00002.safetensors\"", "\"../m0/model.safetensors\"");
    CommandRun run = verify();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("'../m0/model.safetensors', which is no file beside it");
  }

  @Test
  void aManifestWithAHoleIsDamaged() throws IOException {
    editManifest("\"file\" : \"model-00001-of-00002.safetensors\"", "\"file\" : null");
    CommandRun run = verify();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("stockpot-manifest.json: is damaged");
  }

  @Test
  void theExtentIsOneOfThreeAndASampleIsPositive() {
    assertThat(verify("--all", "--checksums-only").exitCode()).isEqualTo(2);
    assertThat(verify("--sample", 0).err()).contains("--sample must be at least 1");
  }

  @Test
  void jsonHoldsTheSameFacts() throws IOException {
    flip(locate(output, "layer.07"), 0);
    CommandRun run = verify("--json");
    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(json.at("/passed").asBoolean()).isFalse();
    assertThat(json.at("/tensors").asInt()).isEqualTo(32);
    assertThat(json.at("/checksumsMatching").asInt()).isEqualTo(31);
    assertThat(json.at("/problems")).hasSize(2);
    assertThat(json.at("/problems/0/tensor").asString()).isEqualTo("layer.07");
    assertThat(json.at("/problems/1/message").asString()).startsWith("differs from element 0 on");
  }
}
