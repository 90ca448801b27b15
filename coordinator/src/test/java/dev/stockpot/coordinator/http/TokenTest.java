package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
final class TokenTest {

  @TempDir private Path directory;

  @Test
  void theFirstStartMakesATokenForItsOwnerOnly() throws IOException {
    Path file = directory.resolve("new/stockpot/token");
    Token made = Token.readOrMake(file);
    String text = Files.readString(file);
    assertThat(text).matches("[0-9a-f]{64}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(made.is(text.strip())).isTrue();
    assertThat(made.is(text.strip().substring(1))).isFalse();
    assertThat(made.is("")).isFalse();
    assertThat(made.toString()).doesNotContain(text.strip());
    try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void laterStartsTakeTheSameToken() throws IOException {
    Path file = directory.resolve("token");
    Token.readOrMake(file);
    String text = Files.readString(file).strip();
    assertThat(Token.readOrMake(file).is(text)).isTrue();
  }

  @Test
  void processesThatStartTogetherAgree() {
    Path file = directory.resolve("token");
    List<Token> tokens =
        Stream.generate(() -> file).limit(16).parallel().map(Token::readOrMake).toList();
    assertThat(tokens).allMatch(token -> token.is(read(file)));
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
    assertThatThrownBy(() -> Token.readOrMake(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("delete the file");
  }

  @Test
  void aFileThatEverybodyReadsIsRefused() throws IOException {
    Path file = directory.resolve("token");
    Token.readOrMake(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Token.readOrMake(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("chmod 600");
  }
}
