package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarFilesTest {
  @TempDir Path root;

  @Test
  void whatBelongsToTheCheckpointIsListedByNameAndTheRestIsNot() throws IOException {
    Path templates = Files.createDirectory(root.resolve("additional_chat_templates"));
    Files.writeString(templates.resolve("tool_use.jinja"), "x");
    Files.writeString(templates.resolve("notes.txt"), "x");
    Files.createDirectory(root.resolve("tokenizer.json"));
    for (String name :
        new String[] {
          "README.md",
          "model.safetensors",
          "pytorch_model.bin",
          "model.safetensors.index.json",
          "train.py",
          "training_args.bin",
          ".gitattributes",
          "generation_config.json",
          "LICENSE",
          "LICENSE.txt",
          "USE_POLICY.md",
          "config.json",
          "modeling_foo.py",
          "qwen.tiktoken",
          "chat_template.jinja",
          "tokenizer.model"
        }) {
      Files.writeString(root.resolve(name), name);
    }
    assertThat(SidecarFiles.in(root))
        .extracting(SidecarFiles.Sidecar::name)
        .containsExactly(
            "LICENSE",
            "LICENSE.txt",
            "USE_POLICY.md",
            "additional_chat_templates/tool_use.jinja",
            "chat_template.jinja",
            "config.json",
            "generation_config.json",
            "modeling_foo.py",
            "qwen.tiktoken",
            "tokenizer.model");
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
}
