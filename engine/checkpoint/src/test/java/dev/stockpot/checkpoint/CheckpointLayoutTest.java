package dev.stockpot.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointLayoutTest {
  @TempDir Path root;

  private static OutputTensor u8(String name, long bytes) {
    return new OutputTensor(name, Dtype.U8, List.of(bytes));
  }

  @Test
  void oneShardIsNamedModelAndHasNoIndex() {
    CheckpointLayout layout = CheckpointLayout.of(List.of(u8("a", 3), u8("b", 4)), 7);
    assertThat(layout.shards())
        .extracting(ShardLayout::fileName)
        .containsExactly("model.safetensors");
    assertThat(layout.index()).isEmpty();
    assertThat(layout.totalSize()).isEqualTo(7);
  }

  @Test
  void theHeaderIsTheFormatsAndEndsAtAMultipleOf4096() {
    ShardLayout shard =
        CheckpointLayout.of(List.of(new OutputTensor("w", Dtype.BF16, List.of(2L, 3L))), 100)
            .shards()
            .getFirst();
    String json =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"w\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]}}";
    assertThat(shard.header()).hasSize(4096).startsWith(0xf8, 0x0f, 0, 0, 0, 0, 0, 0);
    assertThat(new String(shard.header(), 8, 4088, StandardCharsets.UTF_8))
        .isEqualTo(json + " ".repeat(4088 - json.length()));
    assertThat(shard.tensors()).extracting(PlacedTensor::offset).containsExactly(4096L);
    assertThat(shard.fileSize()).isEqualTo(4108);
  }

  @Test
  void shardsAreFilledInOrderAndALargeTensorHasItsOwn() {
    CheckpointLayout layout =
        CheckpointLayout.of(
            List.of(u8("a", 4), u8("b", 6), u8("c", 1), u8("d", 11), u8("e", 10), u8("f", 0)), 10);
    assertThat(layout.shards())
        .extracting(shard -> shard.tensors().stream().map(PlacedTensor::name).toList())
        .containsExactly(List.of("a", "b"), List.of("c"), List.of("d"), List.of("e", "f"));
    assertThat(layout.shards())
        .extracting(ShardLayout::fileName)
        .containsExactly(
            "model-00001-of-00004.safetensors",
            "model-00002-of-00004.safetensors",
            "model-00003-of-00004.safetensors",
            "model-00004-of-00004.safetensors");
    assertThat(layout.tensors()).extracting(PlacedTensor::shard).containsExactly(0, 0, 1, 2, 3, 3);
  }

  @Test
  void theIndexIsWrittenAsTransformersWritesIt() {
    byte[] index = CheckpointLayout.of(List.of(u8("b", 2), u8("a\"", 2)), 2).index().orElseThrow();
    assertThat(new String(index, StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {
              "metadata": {
                "total_size": 4
              },
              "weight_map": {
                "a\\"": "model-00002-of-00002.safetensors",
                "b": "model-00001-of-00002.safetensors"
              }
            }
            """);
  }

  @Test
  void widerElementsComeFirstSoThatEachLiesAtAMultipleOfItsWidth() {
    CheckpointLayout layout =
        CheckpointLayout.of(
            List.of(
                u8("bytes", 3),
                new OutputTensor("half", Dtype.BF16, List.of(3L)),
                new OutputTensor("nibbles", Dtype.F4, List.of(2L)),
                new OutputTensor("double", Dtype.F64, List.of()),
                new OutputTensor("other half", Dtype.F16, List.of(1L))),
            1000);
    assertThat(layout.tensors())
        .extracting(PlacedTensor::name)
        .containsExactly("double", "half", "other half", "bytes", "nibbles");
    assertThat(layout.tensors())
        .allMatch(placed -> placed.offset() * 8 % placed.tensor().dtype().bits() == 0);
  }

  @Test
  void noTensorsAtAllGiveOneFileOfAHeader() throws IOException {
    CheckpointLayout layout = CheckpointLayout.of(List.of(), 1);
    write(layout, new byte[0]);
    assertThat(Checkpoint.open(root).tensors()).isEmpty();
  }

  @Test
  void whatIsWrittenByALayoutIsReadBackWithTheSameBytes() throws IOException {
    Random random = new Random(7);
    List<OutputTensor> tensors = new ArrayList<>();
    Dtype[] dtypes = Dtype.values();
    for (int i = 0; i < 500; i++) {
      List<Long> shape = i % 50 == 0 ? List.of(0L, 4L) : List.of(4L, 1L + random.nextInt(60));
      tensors.add(new OutputTensor("层 \"%d\"\n".formatted(i), dtypes[i % dtypes.length], shape));
    }
    CheckpointLayout layout = CheckpointLayout.of(tensors, 5000);
    byte[] content = new byte[(int) layout.totalSize()];
    random.nextBytes(content);
    write(layout, content);

    Checkpoint checkpoint = Checkpoint.open(root);
    assertThat(checkpoint.warnings()).isEmpty();
    assertThat(checkpoint.files()).hasSameSizeAs(layout.shards()).hasSizeGreaterThan(5);
    assertThat(checkpoint.tensors().values())
        .extracting(TensorLocation::offset)
        .containsExactlyElementsOf(layout.tensors().stream().map(PlacedTensor::offset).toList());
    int at = 0;
    for (PlacedTensor placed : layout.tensors()) {
      TensorLocation read = requireNonNull(checkpoint.tensors().get(placed.name()));
      assertThat(read.header().dtype()).isEqualTo(placed.tensor().dtype());
      assertThat(read.header().shape()).isEqualTo(placed.tensor().shape());
      byte[] bytes = new byte[(int) placed.byteSize()];
      try (RandomAccessFile file = new RandomAccessFile(read.file().path().toFile(), "r")) {
        file.seek(read.offset());
        file.readFully(bytes);
      }
      assertThat(bytes).isEqualTo(Arrays.copyOfRange(content, at, at + bytes.length));
      at += bytes.length;
    }
    assertThat(at).isEqualTo(content.length);
  }

  @Test
  void theSameTensorsGiveTheSameBytes() {
    List<OutputTensor> tensors = List.of(u8("b", 5), u8("a", 5), u8("c", 1));
    CheckpointLayout one = CheckpointLayout.of(tensors, 5);
    CheckpointLayout other = CheckpointLayout.of(new ArrayList<>(tensors), 5);
    assertThat(one.index().orElseThrow()).isEqualTo(other.index().orElseThrow());
    for (int i = 0; i < one.shards().size(); i++) {
      assertThat(one.shards().get(i).header()).isEqualTo(other.shards().get(i).header());
    }
  }

  @Test
  void whatNoFileCanHoldIsRefused() {
    assertThatThrownBy(() -> CheckpointLayout.of(List.of(), 0))
        .hasMessage("a shard size of 0 bytes holds nothing");
    assertThatThrownBy(() -> CheckpointLayout.of(List.of(u8("a", 1), u8("a", 2)), 9))
        .hasMessage("two tensors 'a'");
    assertThatThrownBy(() -> u8("__metadata__", 1))
        .hasMessage("no name for a tensor: '__metadata__'");
    assertThatThrownBy(() -> u8("\ud800", 1)).hasMessage("no name for a tensor: '\\ud800'");
    assertThatThrownBy(() -> u8("a", -1)).hasMessage("'a' has a negative dimension: [-1]");
    assertThatThrownBy(() -> new OutputTensor("a", Dtype.F4, List.of(1L)))
        .hasMessage("'a': F4 [1] is 4 bits, not whole bytes");
  }

  /** Writes the content in the order of {@link CheckpointLayout#tensors()}. */
  private void write(CheckpointLayout layout, byte[] content) throws IOException {
    int at = 0;
    for (ShardLayout shard : layout.shards()) {
      Path path = root.resolve(shard.fileName());
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(shard.fileSize());
        file.write(shard.header());
        for (PlacedTensor tensor : shard.tensors()) {
          file.seek(tensor.offset());
          file.write(content, at, (int) tensor.byteSize());
          at += (int) tensor.byteSize();
        }
      }
    }
    if (layout.index().isPresent()) {
      Files.write(root.resolve("model.safetensors.index.json"), layout.index().get());
    }
  }
}
