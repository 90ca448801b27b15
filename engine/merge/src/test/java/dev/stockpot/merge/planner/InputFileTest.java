package dev.stockpot.merge.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {

  @TempDir private Path directory;
  private Path file;
  private InputFile planned;

  @BeforeEach
  void plan() {
    file =
        SafetensorsFixture.checkpoint()
            .f32("w", 1, 2)
            .writeFile(directory.resolve("m.safetensors"));
    planned = InputFile.of(Checkpoint.open(file).files().getFirst());
  }

  @Test
  void aFileThatNobodyTouchedIsTheSame() {
    assertThat(planned.change()).isEmpty();
  }

  @Test
  void anotherFileOfTheSameSizeTimeAndHeaderIsAnother() throws IOException {
    Path other = SafetensorsFixture.checkpoint().f32("w", 3, 4).writeFile(directory.resolve("o"));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

    assertThat(planned.change()).contains(file + ": was replaced by another file");
  }

  @Test
  void aTouchedFileIsAnother() throws IOException {
    Instant later = Instant.parse("2031-01-01T00:00:00Z");
    Files.setLastModifiedTime(file, FileTime.from(later));

    assertThat(planned.change()).contains(file + ": was written to at 2031-01-01T00:00:00Z");
  }

  @Test
  void aShorterFileAndAMissingOneAreTold() throws IOException {
    Files.write(file, new byte[9]);
    assertThat(planned.change().orElseThrow()).startsWith(file + ": had ").endsWith("has 9 now");

    Files.delete(file);
    assertThat(planned.change()).contains(file + ": is gone");
  }
}
