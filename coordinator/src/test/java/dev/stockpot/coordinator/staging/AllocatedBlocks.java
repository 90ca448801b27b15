package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.OS;

/** What a file really takes on its file system, which Java does not tell. */
final class AllocatedBlocks {

  private static final int BLOCK = 512;

  private AllocatedBlocks() {}

  static long bytesOf(Path file) throws IOException, InterruptedException {
    assumeTrue(OS.LINUX.isCurrentOs(), "only Linux is known to have this program 'stat'");
    Process stat = new ProcessBuilder("stat", "--format=%b", file.toString()).start();
    String blocks = stat.inputReader().readLine();
    assertThat(stat.waitFor()).isZero();
    return Long.parseLong(blocks) * BLOCK;
  }
}
