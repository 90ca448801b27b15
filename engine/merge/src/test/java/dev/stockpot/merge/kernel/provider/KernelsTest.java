package dev.stockpot.merge.kernel.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.Patterns;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is chosen in JVMs started otherwise, and that the bits do not depend on it. */
class KernelsTest {
  @Test
  void withoutTheIncubatorModuleTheScalarKernelRunsAndSaysWhy() throws Exception {
    assertThat(run())
        .startsWith("scalar: started without --add-modules jdk.incubator.vector\n")
        .endsWith(KernelFingerprint.ofVectors());
  }

  @Test
  @EnabledOnOs(
      architectures = "amd64",
      value = {OS.LINUX, OS.MAC, OS.WINDOWS})
  void narrowerVectorsGiveTheSameBits() throws Exception {
    assertThat(run("--add-modules=jdk.incubator.vector", "-XX:UseAVX=2"))
        .startsWith("vector, 256 bit\n")
        .endsWith(KernelFingerprint.ofVectors());
  }

  @Test
  void vectorsTooShortToPayAreLeftAlone() throws Exception {
    assertThat(run("--add-modules=jdk.incubator.vector", "-XX:MaxVectorSize=16"))
        .startsWith("scalar: vectors of 128 bit are too short to pay\n")
        .endsWith(KernelFingerprint.ofVectors());
  }

  @Test
  void aKernelGivesTheSameBitsWhileItsVectorsBecomeReady() throws Exception {
    KernelProvider provider = Kernels.best();
    assertThat(provider.description()).startsWith("vector, ");
    provider.warmUp(Dtype.BF16);
    LinearKernel kernel = provider.newKernel();
    MemorySegment all = Patterns.all();
    byte[] expected = new byte[2 << 16];
    byte[] got = new byte[2 << 16];
    combine(Kernels.scalar().newKernel(), all, expected);
    for (int call = 0; call < 2_000; call++) {
      combine(kernel, all, got);
      assertThat(Arrays.equals(got, expected)).as("call %d", call).isTrue();
    }
  }

  private static void combine(LinearKernel kernel, MemorySegment all, byte[] out) {
    kernel.combine(
        List.of(new LinearKernel.Source(all, Dtype.BF16)),
        IntegerWeights.over(10, 7),
        MemorySegment.ofArray(out),
        Dtype.BF16,
        1 << 16);
  }

  private static String run(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KernelFingerprint.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
