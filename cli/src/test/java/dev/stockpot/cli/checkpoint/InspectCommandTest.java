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

class InspectCommandTest {
  @TempDir Path root;

  private static SafetensorsFixture sharded() {
    return SafetensorsFixture.checkpoint()
        .tensor("model.embed.weight", Dtype.BF16, List.of(512L, 64L), new byte[65536])
        .nextShard()
        .f32("model.norm.weight", 1, 2)
        .f32("scale")
        .sidecar(
            "config.json",
            """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
             "num_hidden_layers": 16, "hidden_size": 2048, "vocab_size": 128256,
             "tie_word_embeddings": true, "_name_or_path": "org/base"}
            """);
  }

  private static CommandRun inspect(Object... arguments) {
    return CommandRun.of(Stream.concat(Stream.of("inspect"), Stream.of(arguments)).toArray());
  }

  @Test
  void aCheckpointIsShownTensorByTensorThenSummedUp() throws IOException {
    Path directory = sharded().writeTo(root);
    Files.writeString(root.resolve("extra.safetensors"), "x");
    CommandRun run = inspect(directory);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            TENSOR              DTYPE        SHAPE           SIZE
            model.embed.weight  BF16         [512, 64]   65.54 kB
            model.norm.weight   F32          [2]              8 B
            scale               F32          [0]              0 B

            Path         %1$s
            File         model-00001-of-00002.safetensors, 65.66 kB, 1 tensor
                         format = pt
            File         model-00002-of-00002.safetensors, 174 B, 2 tensors
                         format = pt
            BF16         1 tensor, 32,768 parameters, 65.54 kB
            F32          2 tensors, 2 parameters, 8 B
            Total        3 tensors, 32,770 parameters, 65.54 kB
            Config       LlamaForCausalLM, llama, bfloat16, 16 layers, hidden size 2,048,\
             vocabulary 128,256, tied embeddings, from org/base
            Warning      %1$s/extra.safetensors: not read: this safetensors file is no part of the\
             checkpoint
            """
                .formatted(root));
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void aPatternChoosesWhatIsListedButNotWhatIsSummedUp() {
    CommandRun run = inspect(sharded().writeTo(root), "--tensors", "*.n?rm.*");
    assertThat(run.out())
        .startsWith(
            """
            TENSOR             DTYPE        SHAPE       SIZE
            model.norm.weight  F32          [2]          8 B

            """)
        .contains("Total        3 tensors,")
        .contains("Listed       1 tensor of them\n");
    assertThat(inspect(root, "--tensors", "norm").out()).startsWith("Path ");
  }

  @Test
  void oneFileIsShownWithItsMetadataAndNoConfig() {
    Path file =
        SafetensorsFixture.checkpoint()
            .metadata("{\"made\":\"by\\u001b[2Jhand\"}")
            .f32("a\nb", 1)
            .writeFile(root.resolve("x.safetensors"));
    assertThat(inspect(file).out())
        .isEqualTo(
            """
            TENSOR    DTYPE        SHAPE       SIZE
            a\\u000ab  F32          [1]          4 B

            Path         %s
            File         x.safetensors, 115 B, 1 tensor
                         made = by\\u001b[2Jhand
            F32          1 tensor, 1 parameter, 4 B
            """
                .formatted(file));
  }

  @Test
  void jsonHoldsTheSameFacts() {
    CommandRun run = inspect(sharded().writeTo(root), "--json", "--tensors", "scale");
    assertThat(run.out())
        .isEqualTo(
            "{\"path\":\""
                + root
                + "\",\"files\":[{\"name\":\"model-00001-of-00002.safetensors\",\"bytes\":65657,"
                + "\"tensors\":1,\"metadata\":{\"format\":\"pt\"}},"
                + "{\"name\":\"model-00002-of-00002.safetensors\",\"bytes\":174,\"tensors\":2,"
                + "\"metadata\":{\"format\":\"pt\"}}],"
                + "\"tensors\":[{\"name\":\"scale\",\"dtype\":\"F32\",\"shape\":[0],\"bytes\":0,"
                + "\"file\":\"model-00002-of-00002.safetensors\",\"offset\":174}],"
                + "\"dtypes\":{\"BF16\":{\"tensors\":1,\"parameters\":32768,\"bytes\":65536},"
                + "\"F32\":{\"tensors\":2,\"parameters\":2,\"bytes\":8}},"
                + "\"total\":{\"tensors\":3,\"parameters\":32770,\"bytes\":65544},"
                + "\"config\":{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\","
                + "\"dtype\":\"bfloat16\",\"num_hidden_layers\":16,\"hidden_size\":2048,"
                + "\"vocab_size\":128256,\"tie_word_embeddings\":true,\"quantized\":false,"
                + "\"name_or_path\":\"org/base\"},\"warnings\":[]}\n");
  }

  @Test
  void aConfigThatCannotBeReadIsAWarning() {
    Path directory =
        SafetensorsFixture.checkpoint().f32("w", 1).sidecar("config.json", "[]").writeTo(root);
    CommandRun run = inspect(directory);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .endsWith(
            "Warning      "
                + root
                + "/config.json: the file is not a JSON object but an array; download or export"
                + " the file again\n");
  }

  @Test
  void whatIsNoCheckpointIsAnErrorOnStandardError() {
    assertThat(inspect(root))
        .isEqualTo(new CommandRun(2, "", root + ": is empty; download the checkpoint again\n"));
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertThat(inspect().exitCode()).isEqualTo(2);
    assertThat(inspect(root, "--no-such-option").exitCode()).isEqualTo(2);
  }

  @Test
  void fiftyThousandTensorsAreListed() {
    SafetensorsFixture fixture = SafetensorsFixture.checkpoint();
    for (int i = 0; i < 50_000; i++) {
      fixture.tensor("layer." + i, Dtype.U8, List.of(), new byte[1]);
    }
    CommandRun run = inspect(fixture.writeFile(root.resolve("x.safetensors")));
    assertThat(run.out().lines().filter(line -> line.startsWith("layer."))).hasSize(50_000);
    assertThat(run.out()).contains("U8           50,000 tensors, 50,000 parameters, 50.00 kB\n");
  }

  @Test
  void aTildeAtTheStartIsTheHome() {
    CommandRun run = CommandRun.of("inspect", "~/stockpot-test-nowhere");
    assertThat(run.err()).startsWith(System.getProperty("user.home") + "/stockpot-test-nowhere");
  }
}
