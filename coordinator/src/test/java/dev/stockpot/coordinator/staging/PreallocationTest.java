package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreallocationTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4095, 4096, (1 << 20) - 1, 1 << 20, (3 << 20) + 5})
  void aCreatedFileHasItsSizeAndItsBlocks(long size) throws Exception {
    Path file = directory.resolve("created");
    Preallocation.create(file, size);
    assertThat(file).hasSize(size);
    assertThat(AllocatedBlocks.bytesOf(file)).isGreaterThanOrEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4095, 4096, (1 << 20) - 1, 1 << 20, (3 << 20) + 5})
  void writingZerosTakesTheBlocksAsWell(long size) throws Exception {
    Path file = Files.createFile(directory.resolve("written"));
    Preallocation.writeZeros(file, size);
    assertThat(file).hasSize(size);
    assertThat(AllocatedBlocks.bytesOf(file)).isGreaterThanOrEqualTo(size);
  }

  @Test
  void aFileThatExistsIsNotTouched() throws Exception {
    Path file = Files.writeString(directory.resolve("there"), "old");
    assertThatIOException()
        .isThrownBy(() -> Preallocation.create(file, 10))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("old");
  }
}
