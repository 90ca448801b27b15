package dev.stockpot.merge.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
        .endsWith(KernelFingerprint.ofBest());
  }

  @Test
  @EnabledOnOs(
      architectures = "amd64",
      value = {OS.LINUX, OS.MAC, OS.WINDOWS})
  void narrowerVectorsGiveTheSameBits() throws Exception {
    assertThat(run("--add-modules=jdk.incubator.vector", "-XX:UseAVX=2"))
        .startsWith("vector, 256 bit\n")
        .endsWith(KernelFingerprint.ofBest());
  }

  @Test
  void vectorsTooShortToPayAreLeftAlone() throws Exception {
    assertThat(run("--add-modules=jdk.incubator.vector", "-XX:MaxVectorSize=16"))
        .startsWith("scalar: vectors of 128 bit are too short to pay\n")
        .endsWith(KernelFingerprint.ofBest());
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
