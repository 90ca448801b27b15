package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarFilesTest {
  @TempDir Path root;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Path file = root.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, name);
    }
  }

  private List<String> copied() {
    return SidecarFiles.in(root).stream().map(SidecarFiles.Sidecar::name).toList();
  }

  private String left() {
    return SidecarFiles.of(root)
        .leftBehind()
        .orElse("")
        .replace("not copied from " + root + ": ", "");
  }

  @Test
  void whatBelongsToTheCheckpointIsListedByName() throws IOException {
    Files.createDirectory(root.resolve("tokenizer.json"));
    files(
        "README.md",
        "model.safetensors",
        "model-00001-of-00002.safetensors",
        "model.safetensors.index.json",
        "stockpot-manifest.json",
        "stockpot-search/report.json",
        ".gitattributes",
        ".cache/huggingface/x.lock",
        "__pycache__/modeling_foo.pyc",
        "additional_chat_templates/tool_use.jinja",
        "generation_config.json",
        "LICENSE",
        "USE_POLICY.md",
        "config.json",
        "modeling_foo.py",
        "code/layers/attention.py",
        "code/__pycache__/x.pyc",
        "speakers.json",
        "qwen.tiktoken");
    assertThat(copied())
        .containsExactly(
            "LICENSE",
            "USE_POLICY.md",
            "additional_chat_templates/tool_use.jinja",
            "code/layers/attention.py",
            "config.json",
            "generation_config.json",
            "modeling_foo.py",
            "qwen.tiktoken",
            "speakers.json");
    assertThat(left()).isEmpty();
  }

  @Test
  void theModulesOfSentenceTransformersAreCopiedWithTheirWeights() throws IOException {
    files(
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "1_Pooling/config.json",
        "2_Dense/config.json",
        "2_Dense/model.safetensors",
        "3_Dense/pytorch_model.bin",
        "4_Other/model.safetensors");
    Files.writeString(
        root.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling"}, {"idx": 2, "path": "2_Dense"},
         {"idx": 3, "path": "3_Dense"}, {"idx": 4, "path": "../outside"}]
        """);
    assertThat(copied())
        .containsExactly(
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "3_Dense/pytorch_model.bin",
            "config_sentence_transformers.json",
            "modules.json",
            "sentence_bert_config.json");
    assertThat(SidecarFiles.of(root).copiedWeights())
        .hasValueSatisfying(line ->
            assertThat(line)
                .contains("not merged: 2_Dense/model.safetensors, 3_Dense/pytorch_model.bin,"));
    assertThat(left()).isEqualTo("4_Other/ (other weights)");
  }

  @Test
  void trainingStateAdaptersAndOtherWeightsStayBehindInOneLine() throws IOException {
    files(
        "config.json",
        "adapter_config.json",
        "adapter_model.safetensors",
        "checkpoint-100/config.json",
        "global_step7/x_optim_states.pt",
        "optimizer.pt",
        "pytorch_model.bin",
        "rng_state_0.pth",
        "runs/Nov29/events.out.tfevents.1",
        "trainer_state.json",
        "training_args.bin",
        "original/params.json");
    assertThat(copied()).containsExactly("config.json");
    assertThat(left())
        .isEqualTo(
            "adapter_config.json, adapter_model.safetensors (an adapter); checkpoint-100/,"
                + " global_step7/, optimizer.pt, rng_state_0.pth (training state); original/,"
                + " pytorch_model.bin (other weights); and 3 more");
  }

  @Test
  void shardsBelowTheirIndexAreNoOtherWeights() throws IOException {
    files("config.json", "shards/one.safetensors", "shards/notes.txt");
    Files.writeString(
        root.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"w\": \"shards/one.safetensors\"}}");
    assertThat(copied()).containsExactly("config.json", "shards/notes.txt");
    assertThat(left()).isEmpty();
  }

  @Test
  void whatIsLargeOrMuchStaysBehind() throws IOException {
    files("config.json", "many/x", "small/x");
    for (int i = 0; i < 1_000; i++) {
      Files.createFile(root.resolve("many/" + i));
    }
    try (RandomAccessFile large = new RandomAccessFile(root.resolve("data.arrow").toFile(), "rw")) {
      large.setLength((64L << 20) + 1);
    }
    assertThat(copied()).containsExactly("config.json", "small/x");
    assertThat(left()).isEqualTo("data.arrow, many/ (too large to be copied)");
  }

  @Test
  void linksThatLeadElsewhereStayBehindAndThoseOfAHubsCacheAreFollowed() throws IOException {
    Path secret = Files.writeString(root.resolve("secret"), "s");
    Path snapshot = Files.createDirectories(root.resolve("models--x/snapshots/abc"));
    Path blob =
        Files.writeString(
            Files.createDirectories(root.resolve("models--x/blobs")).resolve("b"), "{}");
    Files.createDirectory(snapshot.resolve("1_Pooling"));
    Files.createSymbolicLink(snapshot.resolve("1_Pooling/config.json"), blob);
    Files.createSymbolicLink(snapshot.resolve("notes"), secret);
    Files.createDirectory(snapshot.resolve("code"));
    Files.createSymbolicLink(snapshot.resolve("code/x.py"), secret);
    Files.createSymbolicLink(snapshot.resolve("up"), root);
    assertThat(SidecarFiles.in(snapshot))
        .containsExactly(new SidecarFiles.Sidecar("1_Pooling/config.json", blob.toRealPath(), 2));
    assertThat(SidecarFiles.of(snapshot).leftBehind())
        .hasValueSatisfying(
            line -> assertThat(line).endsWith("code/, notes, up/ (a link that leads elsewhere)"));
  }

  @Test
  void aFolderOfAHubsSnapshotHasItsFilesInTheModelsStoreOrInThatOfAllModels() throws IOException {
    Path folder = Files.createDirectories(root.resolve("models--x/snapshots/abc/folder"));
    Path blob =
        Files.writeString(
            Files.createDirectories(root.resolve("models--x/blobs")).resolve("b"), "{}");
    Path shared =
        Files.writeString(
            Files.createDirectories(root.resolve("blobs/ab")).resolve("ab".repeat(32)), "{}");
    Files.createSymbolicLink(folder.resolve("own.py"), blob);
    Files.createSymbolicLink(folder.resolve("shared.py"), shared);

    assertThat(SidecarFiles.in(folder))
        .extracting(SidecarFiles.Sidecar::name)
        .containsExactly("own.py", "shared.py");
  }

  @Test
  void linksAreResolved() throws IOException {
    Path blob = Files.writeString(root.resolve("blob"), "{}");
    Path snapshot = Files.createDirectory(root.resolve("snapshot"));
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../blob"));
    assertThat(SidecarFiles.in(snapshot))
        .containsExactly(new SidecarFiles.Sidecar("config.json", blob.toRealPath(), 2));
  }

  @Test
  void aLinkToNothingAndAMissingDirectoryAreErrors() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("config.json"), Path.of("gone"));
    assertThatThrownBy(() -> SidecarFiles.in(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(link + ": is a symbolic link to something that does not exist: 'gone'");
    assertThatThrownBy(() -> SidecarFiles.in(root.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(root.resolve("none") + ": does not exist");
  }

  @Test
  void aPointerInTheTokenizersPlaceIsAnErrorAndElsewhereIsLeftBehind() throws IOException {
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 17\n";
    Files.writeString(root.resolve("picture.png"), pointer);
    assertThat(SidecarFiles.in(root)).isEmpty();
    assertThat(SidecarFiles.of(root).leftBehind())
        .hasValueSatisfying(line ->
            assertThat(line).contains("picture.png (a Git LFS pointer, not the file itself)"));
    Path tokenizer = Files.writeString(root.resolve("tokenizer.json"), pointer);
    assertThatThrownBy(() -> SidecarFiles.in(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            tokenizer
                + ": is a Git LFS pointer, not the file itself, which has 17 bytes; fetch it: run"
                + " 'git lfs pull' in its directory");
  }
}
