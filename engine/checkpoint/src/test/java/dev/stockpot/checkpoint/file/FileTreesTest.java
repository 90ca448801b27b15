package dev.stockpot.checkpoint.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real directories, nested and linked. */
final class FileTreesTest {

  @TempDir private Path directory;

  private Path tree = Path.of("");
  private Path kept = Path.of("");

  @BeforeEach
  void plant() throws IOException {
    kept = Files.createDirectory(directory.resolve("kept"));
    Files.writeString(kept.resolve("file"), "stays");
    tree = Files.createDirectory(directory.resolve("tree"));
    Files.writeString(tree.resolve("a"), "goes");
    Files.createDirectories(tree.resolve("b/c"));
    Files.writeString(tree.resolve("b/c/d"), "goes");
    Files.createSymbolicLink(tree.resolve("b/link"), kept);
  }

  @Test
  void deletingEndsAtLinks() throws IOException {
    FileTrees.delete(tree);

    assertThat(FileTrees.entries(directory)).containsExactly(kept);
    assertThat(kept.resolve("file")).hasContent("stays");
  }

  @Test
  void aLinkIsDeletedAndNotWhatItNames() throws IOException {
    FileTrees.delete(tree.resolve("b/link"));

    assertThat(kept.resolve("file")).exists();
    assertThat(FileTrees.entries(tree.resolve("b"))).containsExactly(tree.resolve("b/c"));
  }

  @Test
  void whatIsNotThereIsEmptyAndDeletedAlready() throws IOException {
    FileTrees.delete(directory.resolve("nothing"));

    assertThat(FileTrees.entries(directory.resolve("nothing"))).isEmpty();
  }

  @Test
  void aDirectoryComesBeforeWhatItHolds() throws IOException {
    assertThat(FileTrees.all(tree))
        .containsExactlyInAnyOrder(
            tree,
            tree.resolve("a"),
            tree.resolve("b"),
            tree.resolve("b/c"),
            tree.resolve("b/c/d"),
            tree.resolve("b/link"))
        .startsWith(tree)
        .containsSubsequence(tree.resolve("b"), tree.resolve("b/c"), tree.resolve("b/c/d"));
  }

  @Test
  void aRefusalBelowTheTopIsAnIoExceptionToo() throws IOException {
    Path closed = tree.resolve("b");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assumeFalse(Files.isReadable(closed), "this user may read everything");
      assertThatThrownBy(() -> FileTrees.all(tree)).isInstanceOf(AccessDeniedException.class);
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
