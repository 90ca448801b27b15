package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.worker.cuda.MergeKernel.Launch;
import dev.stockpot.worker.cuda.MergeKernel.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host and the kernel must agree on, without a device. */
class MergeKernelTest {

  private static final Path SOURCE = Path.of("src/main/cuda/merge.cu");

  /** Parameters of a kernel on every driver. */
  private static final long MOST_PARAMETER_BYTES = 4096;

  @Test
  void thePtxIsMadeFromTheSourceBesideIt() throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(SOURCE));
    assertThat(MergeKernel.ptx())
        .as("made by src/main/cuda/make-ptx after the last change")
        .endsWith("// made from merge.cu of SHA-256 %s\n".formatted(HexFormat.of().formatHex(sum)));
  }

  @Test
  void everyDriverSince2021TakesThePtxsHeaderForVoltaAndLater() {
    assertThat(MergeKernel.ptx().lines().limit(3))
        .containsExactly(".version 7.4", ".target sm_70", ".address_size 64");
  }

  @Test
  void thePtxUsesNoLocalMemoryAndNoArithmeticThatIsNotIeee() {
    assertThat(MergeKernel.ptx())
        .doesNotContain(".local", ".ftz", ".approx", ".full", "mad.f", "fma.rn.f32");
  }

  @Test
  void theParameterHasTheSizeThatThePtxExpects() {
    List<Long> sizes =
        Pattern.compile("\\.param \\.align 8 \\.b8 stockpot_merge_param_0\\[(\\d+)]")
            .matcher(MergeKernel.ptx())
            .results()
            .map((MatchResult found) -> Long.valueOf(found.group(1)))
            .toList();
    assertThat(sizes).containsExactly(MergeKernel.BYTES);
    assertThat(MergeKernel.BYTES).isLessThanOrEqualTo(MOST_PARAMETER_BYTES);
  }

  @Test
  @ResourceLock("fake GPUs")
  void theFieldsAreWhereTheCompilerPutsThem() {
    assumeTrue(FakeGpus.missing().isEmpty(), () -> FakeGpus.missing().orElseThrow());
    Map<String, Long> host =
        Map.ofEntries(
            Map.entry("Merge", MergeKernel.BYTES),
            Map.entry("count", MergeKernel.COUNT),
            Map.entry("denominator", MergeKernel.DENOMINATOR),
            Map.entry("reciprocal", MergeKernel.RECIPROCAL),
            Map.entry("out", MergeKernel.OUT),
            Map.entry("nonFinite", MergeKernel.NON_FINITE),
            Map.entry("dtype", MergeKernel.DTYPE),
            Map.entry("sources", MergeKernel.SOURCES),
            Map.entry("source", MergeKernel.SOURCE),
            Map.entry("Source", MergeKernel.SOURCE_BYTES),
            Map.entry(".elements", MergeKernel.ELEMENTS),
            Map.entry(".numerator", MergeKernel.NUMERATOR),
            Map.entry(".dtype", MergeKernel.SOURCE_DTYPE));
    try (FakeGpus _ = FakeGpus.use("")) {
      assertThat(
              host.keySet().stream()
                  .collect(Collectors.toMap(name -> name, FakeCudaCounts::layout)))
          .isEqualTo(host);
    }
  }

  @Test
  void aLaunchIsWrittenFieldByField() {
    Launch launch =
        new Launch(
            List.of(new Source(0x1000, Dtype.BF16), new Source(0x2000, Dtype.F64)),
            IntegerWeights.over(8, 3, -5),
            0x3000,
            Dtype.F16,
            0x4000,
            1L << 40);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameter = arena.allocate(MergeKernel.BYTES, Long.BYTES);
      MergeKernel.write(launch, parameter);
      assertThat(parameter.asSlice(0, 96).toArray(ValueLayout.JAVA_LONG))
          .containsExactly(
              1L << 40,
              Double.doubleToLongBits(8),
              Double.doubleToLongBits(0.125),
              0x3000,
              0x4000,
              1 | 2L << 32,
              0x1000,
              Double.doubleToLongBits(3),
              0,
              0x2000,
              Double.doubleToLongBits(-5),
              3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90"})
  void thePtxAssembles(String architecture) {
    byte[] ptx = MergeKernel.ptx().getBytes(StandardCharsets.US_ASCII);
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    try {
      JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx);
    } catch (LinkageError e) {
      assumeTrue(false, "JCuda's PTX compiler does not load here: " + e.getMessage());
    }
    try {
      int result =
          JNvPTXCompiler.nvPTXCompilerCompile(
              compiler, 1, new String[] {"--gpu-name=" + architecture});
      assertThat(result)
          .as(nvPTXCompileResult.stringFor(result))
          .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
      long[] bytes = new long[1];
      JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, bytes);
      assertThat(bytes[0]).isGreaterThan(ptx.length / 10);
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  /** An assembler of its own time knows younger devices than JCuda's. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_75", "sm_100", "sm_120"})
  @Timeout(60)
  void thePtxAssemblesWithTheToolkitsAssembler(String architecture) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "ptxas"))),
        "no ptxas on the PATH");
    Path ptx = Files.createTempFile("stockpot", ".ptx");
    try {
      Files.writeString(ptx, MergeKernel.ptx());
      assertThat(assemble(ptx, architecture)).isZero();
    } finally {
      Files.delete(ptx);
    }
  }

  private static int assemble(Path ptx, String architecture)
      throws IOException, InterruptedException {
    Process assembler =
        new ProcessBuilder("ptxas", "-arch=" + architecture, "-o", "/dev/null", ptx.toString())
            .inheritIO()
            .start();
    assertThat(assembler.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return assembler.exitValue();
  }
}
