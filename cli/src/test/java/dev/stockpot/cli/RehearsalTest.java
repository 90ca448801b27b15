package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Else the launcher's caches would hold less, and nobody would be told. */
final class RehearsalTest {

  private static int run(Optional<Path> demo) throws IOException {
    return Rehearsal.run(demo, line -> CommandRun.of((Object[]) line).exitCode());
  }

  @Test
  void theClientsGoesWell() throws IOException {
    assertThat(run(Optional.empty())).isZero();
  }

  @Test
  void thatOfMergesGoesWell() throws IOException {
    assertThat(run(Optional.of(Path.of("../demo").toAbsolutePath().normalize()))).isZero();
  }
}
