package dev.stockpot.checkpoint.safetensors;

import static dev.stockpot.fixtures.SafetensorsFixture.file;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHeaderTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"{}", " {}", "{} ", "\n\t{\r\n} ", "{}   ", "{\"__metadata__\":null}"})
  void aHeaderWithoutTensorsIsAnEmptyFile(String json) {
    SafetensorsHeader header = parse(json, 0);
    assertThat(header.tensors()).isEmpty();
    assertThat(header.metadata()).isEmpty();
    assertThat(header.dataStart()).isEqualTo(8 + json.length()).isEqualTo(header.fileSize());
  }

  @Test
  void metadataAloneIsKeptInFileOrder() {
    assertThat(parse("{\"__metadata__\":{\"z\":\"1\",\"a\":\"é\\u00e9\",\"\":\"\"}}", 0).metadata())
        .containsExactly(Map.entry("z", "1"), Map.entry("a", "éé"), Map.entry("", ""));
  }

  @Test
  void aScalarHasOneElement() {
    TensorHeader scalar =
        only("{\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}", 2);
    assertThat(scalar).isEqualTo(new TensorHeader("s", Dtype.BF16, List.of(), 0, 2));
    assertThat(scalar.elements()).isEqualTo(1);
    assertThat(scalar.byteSize()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Dtype.class)
  void everyDtypeIsReadWithItsWidth(Dtype dtype) {
    String json =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":[4,3,2],\"data_offsets\":[0,%d]}}"
            .formatted(dtype, 3 * dtype.bits());
    TensorHeader tensor = only(json, 3 * dtype.bits());
    assertThat(tensor.dtype()).isEqualTo(dtype);
    assertThat(tensor.elements()).isEqualTo(24);
  }

  @Test
  void tensorsComeInTheOrderOfTheirBytesAndEmptyOnesByName() {
    SafetensorsHeader header =
        parse(
            "{"
                + "\"last\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[1,1]},"
                + "\"a\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[1,1]},"
                + "\"end\":{\"dtype\":\"I64\",\"shape\":[9,0],\"data_offsets\":[3,3]},"
                + "\"first\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            3);
    assertThat(header.tensors())
        .extracting(TensorHeader::name)
        .containsExactly("first", "a", "b", "last", "end");
    assertThat(header.tensors().get(2).elements()).isZero();
  }

  @Test
  void namesMayBeEmptyEscapedOrOutsideAscii() {
    SafetensorsHeader header =
        parse(
            "{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"a\\\"\\\\\\n\\u00e9\\ud83d\\ude00\":"
                + "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},"
                + "\"层.0\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]}}",
            3);
    assertThat(header.tensors())
        .extracting(TensorHeader::name)
        .containsExactly("", "a\"\\\né😀", "层.0");
  }

  @Test
  void wideElementsMayStartAtOddOffsetsAndTheHeaderMayBeOfOddLength() {
    String json =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
            + "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]}}";
    String odd = json.length() % 2 == 1 ? json : json + " ";
    SafetensorsHeader header = parse(odd, 9);
    assertThat(header.dataStart() % 2).isEqualTo(1);
    assertThat(header.tensors().get(1).begin()).isEqualTo(1);
  }

  @Test
  void unknownFieldsOfATensorArePassedOver() {
    assertThat(
            only(
                "{\"t\":{\"x\":{\"y\":[1,{}]},\"shape\":[1],\"dtype\":\"U8\",\"data_offsets\":[0,1],"
                    + "\"z\":null}}",
                1))
        .isEqualTo(new TensorHeader("t", Dtype.U8, List.of(1L), 0, 1));
  }

  @Test
  void bytesAfterTheHeaderMayBeGivenButAreNotLookedAt() {
    byte[] file = file("{\"t\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", 3);
    byte[] header = Arrays.copyOf(file, file.length - 3);
    assertThat(SafetensorsHeader.parse(header, file.length, "f"))
        .isEqualTo(SafetensorsHeader.parse(file, file.length, "f"));
  }

  @Test
  void theFingerprintIsOfTheHeadersBytes() throws Exception {
    byte[] bytes = SafetensorsFixture.checkpoint().f32("w", 1, 2).bytes(0);
    Path path = Files.write(directory.resolve("f.safetensors"), bytes);
    SafetensorsHeader header = SafetensorsHeader.read(path);
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes, bytes.length - 8));
    assertThat(header.sha256()).isEqualTo(HexFormat.of().formatHex(digest));
  }

  @ParameterizedTest
  @ValueSource(longs = {(1L << 31) + 1, (1L << 32) + 2, 5_000_000_001L})
  void filesBeyondTwoAndFourGibibytesAreRead(long elements) throws IOException {
    String json =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                .formatted(elements, elements)
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
                .formatted(elements, elements + 4);
    Path path = sparse(file(json, 0), elements + 4);
    Checkpoint checkpoint = Checkpoint.open(path);
    TensorLocation b = location(checkpoint, "b");
    assertThat(b.offset()).isEqualTo(8 + json.length() + elements);
    assertThat(b.offset() + 4).isEqualTo(checkpoint.files().getFirst().size());
  }

  @Test
  void aFileThatEndsOneByteEarlyIsTruncatedAlsoBeyondFourGibibytes() throws IOException {
    long bytes = (1L << 32) + 8;
    Path path =
        sparse(
            file(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                    .formatted(bytes, bytes),
                0),
            bytes - 1);
    assertThatThrownBy(() -> SafetensorsHeader.read(path))
        .hasMessage(
            path
                + ": the file is truncated: its header describes 4294967304 bytes of tensors, the"
                + " file has 4294967303; download it again");
  }

  @Test
  void aHundredThousandTensorsAreReadInMemoryOfASmallMultipleOfTheHeader() throws IOException {
    int count = 100_000;
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ",")
          .append(
              "\"model.layers.%d.block_sparse_moe.experts.w2.weight\":{\"dtype\":\"BF16\",\"shape\":[1,4],\"data_offsets\":[%d,%d]}"
                  .formatted(i, 8L * i, 8L * i + 8));
    }
    byte[] bytes = file(json.append('}').toString(), 0);
    Path path = sparse(bytes, 8L * count);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    SafetensorsHeader header = SafetensorsHeader.read(path);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(header.tensors()).hasSize(count);
    assertThat(header.tensors().get(count - 1).end()).isEqualTo(8L * count);
    assertThat(allocated).isLessThan(10L * bytes.length);
  }

  @Test
  void aFileThatCannotBeReadSaysWhy() {
    Path missing = directory.resolve("missing.safetensors");
    assertThatThrownBy(() -> SafetensorsHeader.read(missing))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(missing + ": does not exist");
  }

  @Test
  void aMessageTellsWhatManyTensorsShareOnce() {
    StringBuilder json = new StringBuilder("{\"t0\":0");
    for (int i = 1; i < 25; i++) {
      json.append(",\"t").append(i).append("\":0");
    }
    byte[] bytes = file(json.append('}').toString(), 0);
    assertThatThrownBy(() -> SafetensorsHeader.parse(bytes, bytes.length, "f"))
        .isInstanceOfSatisfying(
            CheckpointException.class, e -> assertThat(e.problems()).hasSize(25))
        .message()
        .startsWith("f: 25 tensors: must be an object")
        .endsWith(": 't*' (25)");
  }

  private static SafetensorsHeader parse(String json, int dataBytes) {
    byte[] bytes = file(json, dataBytes);
    assertThat(bytes).hasSize(8 + json.getBytes(UTF_8).length + dataBytes);
    return SafetensorsHeader.parse(bytes, bytes.length, "f");
  }

  private static TensorHeader only(String json, int dataBytes) {
    List<TensorHeader> tensors = parse(json, dataBytes).tensors();
    assertThat(tensors).hasSize(1);
    return tensors.getFirst();
  }

  private static TensorLocation location(Checkpoint checkpoint, String name) {
    TensorLocation location = checkpoint.tensors().get(name);
    if (location == null) {
      throw new AssertionError("no tensor " + name);
    }
    return location;
  }

  /** A file of this header and a data section of zeros that takes no space on the disk. */
  private Path sparse(byte[] header, long dataBytes) throws IOException {
    Path path = directory.resolve("sparse.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(header), 0);
      channel.write(ByteBuffer.allocate(1), header.length + dataBytes - 1);
    }
    return path;
  }
}
