package dev.stockpot.plan.paths;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllowedRootsTest {
  @TempDir Path directory;

  @Test
  void aLinkThatLeadsOutIsFoundBelowACheckpointsDirectoryToo() throws IOException {
    Path root = Files.createDirectory(directory.resolve("root"));
    Path secret = Files.writeString(directory.resolve("secret"), "s");
    Path model = root.resolve("model");
    Files.createDirectories(model.resolve("w/deep"));
    Path inside = Files.writeString(root.resolve("blob"), "b");
    Files.createSymbolicLink(model.resolve("w/inside.safetensors"), inside);
    AllowedRoots roots = AllowedRoots.of(List.of(root));
    assertThat(roots.linkOutOf(model)).isEmpty();
    Path link = Files.createSymbolicLink(model.resolve("w/deep/out.safetensors"), secret);
    assertThat(roots.linkOutOf(model)).contains(link);
    Path linked = Files.createSymbolicLink(root.resolve("linked"), model);
    assertThat(roots.linkOutOf(linked)).contains(linked.resolve("w/deep/out.safetensors"));
    assertThat(AllowedRoots.everywhere().linkOutOf(model)).isEmpty();
  }
}
