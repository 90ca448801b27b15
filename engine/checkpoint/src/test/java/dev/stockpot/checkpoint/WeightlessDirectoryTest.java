package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths that people give in the place of a checkpoint, and what is said of them. */
class WeightlessDirectoryTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String BLOB = "../../blobs/" + "ab".repeat(32);

  @TempDir Path root;

  private static void checkpoint(Path directory) {
    SafetensorsFixture.checkpoint().f32("w", 1).writeTo(directory);
  }

  private static void assertSaid(Path path, String said) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(path))
        .withMessage(path + ": " + said);
  }

  private Path files(String... names) throws IOException {
    for (String name : names) {
      Path file = root.resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, "x");
    }
    return root;
  }

  @Test
  void aRunDirectoryNamesItsStepsAndTheLastOne() throws IOException {
    files("trainer_state.json");
    checkpoint(root.resolve("checkpoint-100"));
    assertSaid(
        root,
        "holds no weights itself, but a directory below does; give " + root + "/checkpoint-100");
    checkpoint(root.resolve("checkpoint-90"));
    checkpoint(root.resolve("checkpoint-1000"));
    Files.createDirectory(root.resolve("checkpoint-2000"));
    assertSaid(
        root,
        "holds no weights itself, but 3 directories below do (checkpoint-90, checkpoint-100,"
            + " checkpoint-1000); give one of them, such as "
            + root
            + "/checkpoint-1000");
    checkpoint(root.resolve("checkpoint-80"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root))
        .withMessageContaining("4 directories below do (1 and checkpoint-90, checkpoint-100");
  }

  @Test
  void aDirectoryAboveCheckpointsNamesThem() {
    checkpoint(root.resolve("transformer"));
    assertSaid(
        root, "holds no weights itself, but a directory below does; give " + root + "/transformer");
  }

  @Test
  void deepSpeedsStateNamesTheCommandThatWritesWeights() throws IOException {
    files("zero_to_fp32.py", "global_step10/mp_rank_00_model_states.pt", "config.json");
    assertSaid(
        root,
        "holds the state of a DeepSpeed training, and no weights in the safetensors format; write"
            + " its weights as safetensors, and put config and tokenizer beside them: python "
            + root
            + "/zero_to_fp32.py "
            + root
            + " OUT --safe_serialization");
  }

  @Test
  void theDirectoryOfAStepNamesTheScriptAboveIt() throws IOException {
    files("zero_to_fp32.py", "global_step10/mp_rank_00_model_states.pt");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root.resolve("global_step10")))
        .withMessageEndingWith(
            "python %1$s/zero_to_fp32.py %1$s OUT --safe_serialization".formatted(root));
  }

  @Test
  void theStateInARunsLastStepIsToldOfThatStep() throws IOException {
    files("checkpoint-9/global_step9/x", "checkpoint-10/global_step10/x");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root))
        .withMessageStartingWith(root + "/checkpoint-10: holds the state of a DeepSpeed training");
  }

  @Test
  void fsdpsStateNamesTheCommandThatWritesWeights() throws IOException {
    files("pytorch_model_fsdp_0/__0_0.distcp", "optimizer_0/__0_0.distcp");
    assertSaid(
        root,
        "holds the state of an FSDP training, and no weights in the safetensors format; write its"
            + " weights as safetensors, and put config and tokenizer beside them: accelerate"
            + " merge-weights "
            + root
            + "/pytorch_model_fsdp_0 OUT");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root.resolve("pytorch_model_fsdp_0")))
        .withMessageContaining("accelerate merge-weights " + root + "/pytorch_model_fsdp_0 OUT");
  }

  @Test
  void weightsInOtherFormatsNameTheirConversion() throws IOException {
    files("pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin");
    assertSaid(
        root,
        "holds no safetensors weights; pytorch_model-00001-of-00002.bin (and 1 more) is a"
            + " PyTorch file, not in the safetensors format; convert it to safetensors first: python"
            + " -c \"import sys; from transformers import AutoModelForCausalLM as M; d = sys.argv[1]; M.from_pretrained(d, dtype='auto').save_pretrained(d + '-safetensors')\" %1$s"
                .formatted(root));
    Path gguf = Files.writeString(root.resolve("model-Q4_K_M.gguf"), "GGUF");
    String said =
        "is a GGUF file, which holds quantized weights as a rule; use the checkpoint that it was"
            + " made from";
    assertSaid(gguf, said);
    assertSaid(root, "holds no safetensors weights; model-Q4_K_M.gguf " + said);
  }

  @Test
  void anUnfinishedDownloadIsCalledOne() throws IOException {
    files(".cache/huggingface/download/abc.incomplete", "config.json");
    assertSaid(root, "holds a download that did not finish; run the same download again");
    Path part = Files.writeString(root.resolve("model.safetensors.incomplete"), "x");
    assertSaid(part, "is an unfinished download; finish it: run the same download again");
    assertSaid(
        root,
        "holds no safetensors weights; model.safetensors.incomplete is an unfinished"
            + " download; finish it: run the same download again");
  }

  @Test
  void variantsOfTheWeightsAreSaidToBeThat() throws IOException {
    files("model.fp16.safetensors", "config.json");
    assertSaid(
        root,
        "holds the weights of the variant 'fp16' alone (model.fp16.safetensors); give a directory"
            + " in which its files have their plain names, such as model.safetensors or"
            + " model.safetensors.index.json");
    Files.delete(root.resolve("model.fp16.safetensors"));
    files("model.fp16-00001-of-00002.safetensors", "model.safetensors.index.fp16.json");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root))
        .withMessageContaining("holds the weights of the variant 'fp16' alone");
  }

  @Test
  void aConfigIsNoCheckpoint() throws IOException {
    files("config.json");
    assertSaid(
        root.resolve("config.json"),
        "is no checkpoint; give the directory that it lies in: " + root);
  }

  @Test
  void aHubCacheNamesTheSnapshotToGive() throws IOException {
    Path model = root.resolve("models--org--Some-Model");
    Path snapshot = model.resolve("snapshots/" + COMMIT);
    checkpoint(snapshot);
    checkpoint(model.resolve("snapshots/other"));
    Files.createDirectory(model.resolve("refs"));
    String below =
        "is a model's directory in the hub's cache, and its checkpoint lies below; give ";
    assertSaid(model, below + "one of its snapshots: " + COMMIT + ", other");
    Files.writeString(model.resolve("refs/main"), COMMIT);
    String named = snapshot + ", which refs/main names";
    assertSaid(model, below + named);
    assertSaid(model.resolve("snapshots"), "holds the snapshots of a hub cache; give " + named);
    assertSaid(root, "is a hub cache that holds models--org--Some-Model; give " + named);
    checkpoint(root.resolve("models--gpt2/snapshots/x"));
    assertSaid(
        root,
        "is a hub cache that holds 2 models; give a snapshot of one of them, such as "
            + root
            + "/models--gpt2/snapshots/COMMIT: models--gpt2, models--org--Some-Model");
  }

  @Test
  void aBlobThatIsMissingNamesTheDownload() throws IOException {
    Path snapshot = Files.createDirectories(root.resolve("models--org--name/snapshots/" + COMMIT));
    Path link = Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of(BLOB));
    String missing =
        ": is a link of a hub cache, and the blob that it leads to is missing; download it again:"
            + " hf download org/name --revision "
            + COMMIT;
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(snapshot))
        .withMessage(link + missing);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(link))
        .withMessage(link + missing);
    Files.delete(link);
    checkpoint(snapshot);
    Path config = Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of(BLOB));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(snapshot))
        .withMessage(config + missing);
  }

  @Test
  void aSnapshotThatWasCopiedWithoutItsBlobsSaysHowToCopyIt() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("model.safetensors"), Path.of(BLOB));
    assertSaid(
        link,
        "is a link of a hub cache, and the blob that it leads to is missing; copy the checkpoint"
            + " with its links followed (cp -rL), or download it again");
    assertThat(Files.exists(link)).isFalse();
  }
}
