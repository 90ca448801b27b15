package dev.stockpot.cli.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
  @TempDir Path root;

  private CommandRun diff(SafetensorsFixture a, SafetensorsFixture b, Object... options) {
    Stream<Object> command =
        Stream.of("diff", a.writeTo(root.resolve("a")), b.writeTo(root.resolve("b")));
    return CommandRun.of(Stream.concat(command, Stream.of(options)).toArray());
  }

  private static SafetensorsFixture checkpoint() {
    return SafetensorsFixture.checkpoint();
  }

  @Test
  void theSameTensorsInOtherShardsAndOrderAreIdentical() {
    CommandRun run =
        diff(
            checkpoint().f32("x", 1, Float.NaN).f32("y", -0f),
            checkpoint().f32("y", -0f).nextShard().f32("x", 1, Float.NaN));
    assertThat(run).isEqualTo(new CommandRun(0, "2 tensors identical\n", ""));
  }

  @Test
  void whatDiffersIsListedWithItsDistances() {
    CommandRun run =
        diff(
            checkpoint()
                .f32("gone", 1)
                .f32("same", 1, 2)
                .f32("shape", 1, 2)
                .bits16("half", Dtype.BF16, 0x3f80, 0x3f80, 0x8000, 0x7fc0)
                .tensor("codes", Dtype.F8_E4M3, List.of(3L), new byte[] {1, 2, 3}),
            checkpoint()
                .f32("same", 1, 2)
                .f64("shape", 1, 2)
                .bits16("half", Dtype.BF16, 0x3f80, 0x3f83, 0x0000, 0x7fc0)
                .tensor("codes", Dtype.F8_E4M3, List.of(3L), new byte[] {1, 9, 9})
                .f32("new"));
    assertThat(run.out())
        .isEqualTo(
            """
            gone: only in A, F32 [1]
            new: only in B, F32 [0]
            shape: F32 [2] in A, F64 [2] in B
            TENSOR  DTYPE                       DIFFERING  MAX |A-B|   MAX ULPS  MEAN ULPS  NAN
            half    BF16                              2/4     0.0234          3       1.00  1 in A, 1 in B
            codes   F8_E4M3                     2/3 bytes          -          -          -  -
            1 tensor identical, 2 with other values, 1 of other shape or dtype, 1 only in A,\
             1 only in B
            """);
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void jsonHoldsTheSameFacts() {
    CommandRun run =
        diff(
            checkpoint()
                .f32("gone", 1)
                .f32("shape", 1)
                .f32("w", 1, 2)
                .f32("same", 1)
                .tensor("flag", Dtype.BOOL, List.of(), new byte[] {0}),
            checkpoint()
                .f32("shape", 1, 2)
                .f32("w", Float.POSITIVE_INFINITY, 2)
                .f32("same", 1)
                .tensor("flag", Dtype.BOOL, List.of(), new byte[] {1}),
            "--json");
    assertThat(run.out())
        .isEqualTo(
            "{\"a\":\"%1$s/a\",\"b\":\"%1$s/b\",".formatted(root)
                + "\"only_in_a\":[{\"name\":\"gone\",\"dtype\":\"F32\",\"shape\":[1]}],"
                + "\"only_in_b\":[],"
                + "\"other_shape_or_dtype\":[{\"name\":\"shape\","
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1]},\"b\":{\"dtype\":\"F32\",\"shape\":[2]}}],"
                + "\"other_values\":[{\"name\":\"w\",\"dtype\":\"F32\",\"shape\":[2],\"elements\":2,"
                + "\"differing_elements\":1,\"max_absolute\":\"Infinity\",\"max_ulps\":1073741824,"
                + "\"mean_ulps\":5.36870912E8,\"nan_a\":0,\"nan_b\":0},"
                + "{\"name\":\"flag\",\"dtype\":\"BOOL\",\"shape\":[],\"bytes\":1,"
                + "\"differing_bytes\":1}],"
                + "\"identical_tensors\":1,\"identical\":false}\n");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void aPatternLimitsWhatIsCompared() {
    SafetensorsFixture a = checkpoint().f32("layer.0", 1).f32("layer.1", 1).f32("head", 1);
    SafetensorsFixture b = checkpoint().f32("layer.0", 1).f32("layer.1", 1).f32("tail", 1);
    assertThat(diff(a, b, "--tensors", "layer.*"))
        .isEqualTo(new CommandRun(0, "2 tensors identical\n", ""));
    assertThat(diff(a, b).exitCode()).isEqualTo(1);
    assertThat(diff(a, b, "--json", "--tensors", "layer.?").out())
        .endsWith("\"identical\":true}\n");
  }

  @Test
  void differencesBeyondTheFirstChunkAreFound() {
    byte[] large = new byte[(2 << 20) + 10];
    byte[] other = large.clone();
    other[other.length - 2] = 1;
    List<Long> shape = List.of((long) large.length / 2);
    assertThat(
            diff(
                    checkpoint().tensor("w", Dtype.F16, shape, large),
                    checkpoint().tensor("w", Dtype.F16, shape, other))
                .out())
        .isEqualTo(
            """
            TENSOR  DTYPE                       DIFFERING  MAX |A-B|   MAX ULPS  MEAN ULPS  NAN
            w       F16                       1/1,048,581   5.96e-08          1   9.54e-07  -
            0 tensors identical, 1 with other values
            """);
  }

  @Test
  void whatCannotBeReadIsTroubleAndNoDifference() throws IOException {
    Path a = checkpoint().f32("w", 1).writeTo(root.resolve("a"));
    Path empty = Files.createDirectory(root.resolve("empty"));
    assertThat(CommandRun.of("diff", a, empty))
        .isEqualTo(new CommandRun(2, "", empty + ": is empty; download the checkpoint again\n"));
    assertThat(CommandRun.of("diff", a).exitCode()).isEqualTo(2);
  }
}
