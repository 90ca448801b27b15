package dev.stockpot.checkpoint.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** The operating system's refusals, as people read them. */
final class FileErrorsTest {

  @Test
  void anExceptionThatIsNoMoreThanAPathIsSaidInWords() {
    assertThat(FileErrors.located(new NoSuchFileException("a/b"))).isEqualTo("a/b: no such file");
    assertThat(FileErrors.located(new AccessDeniedException("a/b")))
        .isEqualTo("a/b: permission denied");
    assertThat(FileErrors.located(new FileAlreadyExistsException("a/b")))
        .isEqualTo("a/b: it exists already");
  }

  @Test
  void theSystemsOwnWordsComeFirst() {
    assertThat(FileErrors.located(new FileSystemException("a/b", null, "No space left on device")))
        .isEqualTo("a/b: No space left on device");
    assertThat(FileErrors.reason(new AccessDeniedException("a/b", null, "is outside the roots")))
        .isEqualTo("is outside the roots");
  }

  @Test
  void anythingElseIsItsMessageOrElseItsName() {
    assertThat(FileErrors.located(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
    assertThat(FileErrors.located(new FileSystemException("a/b")))
        .isEqualTo("a/b: FileSystemException");
    assertThat(FileErrors.reason(new IOException())).isEqualTo("IOException");
  }
}
