package dev.stockpot.coordinator.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.coordinator.http.access.Tokens.Holder;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // injected
final class TokensTest {

  @TempDir private Path directory;

  @Test
  void theFirstStartMakesATokenForItsOwnerOnly() throws IOException {
    Path file = directory.resolve("new/stockpot/token");
    Tokens made = Tokens.readOrMake(file);
    String text = Files.readString(file);
    assertThat(text).matches("[0-9a-f]{64}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(made.holder(text.strip())).hasValue(new Holder("unnamed", false));
    assertThat(made.holder(text.strip().substring(1))).isEmpty();
    assertThat(made.holder("")).isEmpty();
    assertThat(made.toString()).doesNotContain(text.strip());
    try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void laterStartsTakeTheSameToken() throws IOException {
    Path file = directory.resolve("token");
    Tokens.readOrMake(file);
    String text = Files.readString(file).strip();
    assertThat(Tokens.readOrMake(file).holder(text)).isPresent();
  }

  @Test
  void processesThatStartTogetherAgree() {
    Path file = directory.resolve("token");
    List<Tokens> tokens =
        Stream.generate(() -> file).limit(16).parallel().map(Tokens::readOrMake).toList();
    assertThat(tokens).allMatch(token -> token.holder(read(file)).isPresent());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "a token with blanks in it that is long enough for one"})
  void aFileWithoutATokenIsRefused(String text) throws IOException {
    Path file = directory.resolve("token");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> Tokens.readOrMake(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("delete the file");
  }

  private static final String A = "a".repeat(32);
  private static final String B = "b".repeat(32);
  private static final String C = "c".repeat(32);

  private Path write(String text) throws IOException {
    Path file = directory.resolve("token");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void aFileNamesThoseWhoMayAskAndThoseWhoMayOnlyLook() throws IOException {
    Tokens tokens =
        Tokens.readOrMake(
            write("# tokens\n\n%s\n  ci\t%s \r\nmonitoring %s read-only".formatted(A, B, C)));
    assertThat(tokens.holder(A)).hasValue(new Holder("unnamed", false));
    assertThat(tokens.holder(B)).hasValue(new Holder("ci", false));
    assertThat(tokens.holder(C)).hasValue(new Holder("monitoring", true));
    assertThat(tokens.holder("ci " + B)).isEmpty();
    assertThat(tokens.holder("ci")).isEmpty();
  }

  @Test
  void aLineThatIsRemovedOrAddedCounts() throws IOException {
    Path file = write("ann %s\nbob %s\n".formatted(A, B));
    Tokens tokens = Tokens.readOrMake(file);
    write("bob %s read-only\ncyd %s\n".formatted(B, C));
    tokens.refresh();
    assertThat(tokens.holder(A)).isEmpty();
    assertThat(tokens.holder(B)).hasValue(new Holder("bob", true));
    assertThat(tokens.holder(C)).hasValue(new Holder("cyd", false));
  }

  @Test
  void aFileThatIsWrongForAWhileChangesNothing() throws IOException {
    Path file = write("ann %s\n".formatted(A));
    Tokens tokens = Tokens.readOrMake(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    tokens.refresh();
    write("ann");
    tokens.refresh();
    Files.delete(file);
    tokens.refresh();
    assertThat(tokens.holder(A)).isPresent();
    write("ann %s\n".formatted(B));
    tokens.refresh();
    assertThat(tokens.holder(A)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ann short",
        "AAAA read-only",
        "ann AAAA readonly",
        "ann AAAA read-only x",
        "a/n AAAA",
        "ann AAAÄ",
        "ann AAAA\nbob AAAA",
        "ann AAAA\nann BBBB"
      })
  void aWrongLineIsNamedAndItsSecretIsNotShown(String text) throws IOException {
    String secret = "A".repeat(32);
    Path file =
        write(
            "# first\n"
                + text.replace("AAAA", secret)
                    .replace("AAAÄ", secret + "Ä")
                    .replace("BBBB", "B".repeat(32)));
    assertThatThrownBy(() -> Tokens.readOrMake(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining(file + (text.contains("\n") ? ":3: " : ":2: "))
        .message()
        .doesNotContain(secret);
  }

  @Test
  void aFileThatEverybodyReadsIsRefused() throws IOException {
    Path file = directory.resolve("token");
    Tokens.readOrMake(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Tokens.readOrMake(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("chmod 600");
  }
}
