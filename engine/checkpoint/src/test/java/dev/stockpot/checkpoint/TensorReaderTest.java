package dev.stockpot.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorReaderTest {
  @TempDir Path root;

  private TensorLocation tensor() {
    SafetensorsFixture.checkpoint()
        .tensor("a", Dtype.U8, List.of(3L), new byte[] {1, 2, 3})
        .tensor("b", Dtype.U8, List.of(4L), new byte[] {4, 5, 6, 7})
        .writeTo(root);
    return requireNonNull(Checkpoint.open(root).tensors().get("b"));
  }

  @Test
  void anyRangeOfATensorIsRead() {
    byte[] bytes = new byte[4];
    try (TensorReader reader = new TensorReader()) {
      reader.read(tensor(), 1, ByteBuffer.wrap(bytes, 1, 2));
    }
    assertThat(bytes).containsExactly(0, 5, 6, 0);
  }

  @Test
  void whatLiesBehindTheTensorIsNotRead() {
    try (TensorReader reader = new TensorReader()) {
      TensorLocation tensor = tensor();
      assertThatThrownBy(() -> reader.read(tensor, 1, ByteBuffer.allocate(4)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aFileThatWasCutMeanwhileIsAnErrorWithItsPlace() throws IOException {
    TensorLocation tensor = tensor();
    Path file = tensor.file().path();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    try (TensorReader reader = new TensorReader()) {
      assertThatThrownBy(() -> reader.read(tensor, 0, ByteBuffer.allocate(4)))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              file
                  + ": tensor 'b': the file ended at byte "
                  + (tensor.offset() + 3)
                  + " while it was read; is it in use?");
    }
  }
}
