package dev.stockpot.cli.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.merge.MergeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeytoolTest {
  @TempDir Path root;

  @Test
  void thePasswordStandsNeitherOnTheCommandLineNorInTheEnvironment() throws Exception {
    Path seen = root.resolve("seen");
    Path program = root.resolve("program");
    Files.writeString(
        program,
        "#!/bin/sh\n{ echo \"$@\"; env; } > '%s'\necho no such thing\nexit 1\n".formatted(seen));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Path password = Files.writeString(root.resolve("password"), "correct-horse");

    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() ->
            new Keytool(program)
                .generate(root.resolve("store"), password, "ca", "CA", 1, List.of()))
        .withMessage("keytool failed: no such thing");
    assertThat(Files.readString(seen))
        .contains("-storepass:file " + password)
        .doesNotContain("correct-horse");
  }

  @Test
  void aProgramThatIsNotThereIsToldOf() {
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() ->
            new Keytool(root.resolve("none"))
                .generate(root.resolve("s"), root.resolve("p"), "ca", "CA", 1, List.of()))
        .withMessageStartingWith("keytool cannot be run: ");
  }
}
