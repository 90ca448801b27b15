package dev.stockpot.worker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RootsTest {

  @TempDir private Path directory;
  private Path inside = Path.of("");
  private Path outside = Path.of("");

  @BeforeEach
  void makeFiles() throws IOException {
    inside =
        Files.writeString(Files.createDirectory(directory.resolve("root")).resolve("in"), "in");
    outside =
        Files.writeString(Files.createDirectory(directory.resolve("root2")).resolve("out"), "out");
  }

  private Roots roots() {
    return new Roots(List.of(directory.resolve("not-there"), directory.resolve("root")));
  }

  private void assertRefused(Path path, String reason) {
    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> roots().open(path, StandardOpenOption.READ))
        .withMessageContaining(path.toString())
        .withMessageContaining(reason);
  }

  @Test
  void aFileInARootIsOpened() throws IOException {
    try (FileChannel channel = roots().open(inside, StandardOpenOption.READ)) {
      assertThat(channel.size()).isEqualTo(2);
    }
  }

  @Test
  void aFileElsewhereIsRefusedAlsoIfTheRootsNameIsAPrefixOfIts() {
    assertRefused(outside, "outside the directories");
    assertRefused(Path.of("/etc/hostname"), directory.resolve("root").toString());
  }

  @Test
  void dotsAndLinksDoNotLeadOut() throws IOException {
    assertRefused(inside.resolveSibling("../root2/out"), "outside");
    assertRefused(Files.createSymbolicLink(inside.resolveSibling("link"), outside), "outside");
    Path linked = Files.createSymbolicLink(inside.resolveSibling("linked"), outside.getParent());
    assertRefused(linked.resolve("out"), "outside");
  }

  @Test
  void aLinkFromElsewhereIntoARootIsFollowed() throws IOException {
    Path link = Files.createSymbolicLink(outside.resolveSibling("link"), inside);
    assertThat(roots().admit(link)).isEqualTo(inside.toRealPath());
  }

  @Test
  void aRootMayItselfBeALink() throws IOException {
    Path root = Files.createSymbolicLink(directory.resolve("alias"), inside.getParent());
    assertThat(new Roots(List.of(root)).admit(root.resolve("in"))).isEqualTo(inside.toRealPath());
  }

  @Test
  void aDirectoryIsNotOpened() {
    assertRefused(directory.resolve("root"), "not a regular file");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "makes a pipe, looks at /proc")
  void pipesAndDevicesAreNotOpenedAndNobodyWaitsForThem() throws Exception {
    Path pipe = inside.resolveSibling("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertRefused(pipe, "not a regular file");
    assertRefused(
        Files.createSymbolicLink(inside.resolveSibling("null"), Path.of("/dev/null")), "outside");
    assertRefused(Path.of("/proc/self/root", outside.toString()), "outside");
    assertRefused(Path.of("/proc/self/environ"), "outside");
    assertThat(roots().admit(Path.of("/proc/self/root", inside.toString())))
        .isEqualTo(inside.toRealPath());
  }

  @Test
  void aFileThatIsNotThereIsNotCreated() {
    Path missing = inside.resolveSibling("missing");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> roots().open(missing, StandardOpenOption.WRITE));
    assertThat(missing).doesNotExist();
  }
}
