package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The driver of processes whose GPUs are not real but run the kernel's very source, and what it
 * counted in the one that was started last.
 */
record FakeDriver(Path libraries, Path log) {

  static final String A =
      "uuid=GPU-00000000-0000-0000-0000-00000000000a,pci=0000:18:00.0,name=Fake A";
  static final String B =
      "uuid=GPU-00000000-0000-0000-0000-00000000000b,pci=0000:3b:00.0,name=Fake B";
  static final String C =
      "uuid=GPU-00000000-0000-0000-0000-00000000000c,pci=0000:86:00.0,name=Fake C";
  static final String D =
      "uuid=GPU-00000000-0000-0000-0000-00000000000d,pci=0000:af:00.0,name=Fake D";

  /** Two devices. */
  static final String TWO = A + ",cuda=0;" + B + ",cuda=1";

  private static final Pattern BYTES_IN = Pattern.compile("launches=\\d+ in=(\\d+)");

  /**
   * The driver; where it cannot be compiled, the test is skipped.
   *
   * @param directory of what it counts
   */
  static FakeDriver in(Path directory) {
    Optional<Path> built = FakeGpus.build();
    assumeTrue(built.isPresent(), () -> FakeGpus.missing().orElse(""));
    return new FakeDriver(built.orElseThrow(), directory.resolve("counts"));
  }

  /**
   * The command that a process is to be started by, to have these devices.
   *
   * @param variables further ones of its environment
   */
  List<String> prefix(String gpus, List<String> variables) {
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> prefix =
        new ArrayList<>(
            List.of(
                "env",
                "LD_LIBRARY_PATH=" + libraries,
                "FAKE_GPUS=" + gpus,
                "FAKE_GPUS_LOG=" + log));
    prefix.addAll(variables);
    return prefix;
  }

  private List<String> counts() {
    try {
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing that the process had of a device was open at its end. */
  void assertNothingIsAlive() {
    String alive =
        counts().stream()
            .filter(line -> line.startsWith("cuda alive"))
            .collect(Collectors.joining());
    FakeCudaCounts.ALIVE.forEach(what -> assertThat(alive).doesNotContainPattern(what + "=[^0]"));
  }

  /** Bytes that each device was given to merge, in CUDA's order. */
  List<Long> bytesIn() {
    return counts().stream()
        .flatMap(line -> BYTES_IN.matcher(line).results())
        .map((MatchResult result) -> Long.valueOf(result.group(1)))
        .toList();
  }
}
