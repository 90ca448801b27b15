package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFileTest {

  private static final List<String> ENTRIES =
      List.of("{\"a\":1}", "{\"b\":\"two words\"}", "{\"c\":[3,3,3]}");

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("some.journal");
  }

  private void write(List<String> entries) throws IOException {
    JournalFile journal = JournalFile.of(file);
    for (String entry : entries) {
      journal.append(entry);
    }
  }

  private List<String> read() throws IOException {
    List<String> found = new ArrayList<>();
    JournalFile.of(file).forEach(found::add);
    return found;
  }

  @Test
  void entriesComeBackInTheirOrder() throws IOException {
    write(ENTRIES);
    assertThat(read()).isEqualTo(ENTRIES);
  }

  @Test
  void aFileThatIsNotThereIsEmptyAndReadingDoesNotMakeIt() throws IOException {
    assertThat(read()).isEmpty();
    assertThat(file).doesNotExist();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aJournalIsForItsUserOnlyAndWhatIsSharedForWhomTheUmaskLets() throws IOException {
    Path plain = Files.createFile(Files.createDirectory(directory.resolve("d")).resolve("f"));
    file = directory.resolve("private/some.journal");
    write(ENTRIES);
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(file.resolveSibling("."))).isEqualTo("rwx------");
    JournalFile.of(file).replace(ENTRIES);
    assertThat(mode(file)).isEqualTo("rw-------");
    Path shared = directory.resolve("shared/some.scores");
    JournalFile.shared(shared).replace(ENTRIES);
    assertThat(mode(shared)).isEqualTo(mode(plain));
    assertThat(mode(shared.resolveSibling("."))).isEqualTo(mode(plain.resolveSibling(".")));
  }

  @Test
  void theDirectoryIsMadeWithTheFile() throws IOException {
    file = directory.resolve("to/be/made/some.journal");
    write(ENTRIES);
    assertThat(read()).isEqualTo(ENTRIES);
  }

  @Test
  void anEntryStandsInTheFileWhenAppendReturns() throws IOException {
    JournalFile journal = JournalFile.of(file);
    for (int count = 1; count <= ENTRIES.size(); count++) {
      journal.append(ENTRIES.get(count - 1));
      assertThat(Files.readAllLines(file)).hasSize(count);
    }
  }

  @Test
  void awkwardContentComesBackAsItWas() throws IOException {
    List<String> awkward =
        List.of(
            "{}", "\"\\n\\u0000\"", "\"ä 漢 \uD83C\uDF72\"", " ", "", "\"" + "x".repeat(1 << 20));
    write(awkward);
    assertThat(read()).isEqualTo(awkward);
  }

  @Test
  void aTornLastEntryOfAnyLengthIsCutOff() throws IOException {
    write(ENTRIES);
    byte[] whole = Files.readAllBytes(file);
    int lastStart = startOf(whole, 2);
    for (int length = lastStart; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(read()).as("cut to %d bytes", length).isEqualTo(ENTRIES.subList(0, 2));
      assertThat(file).hasSize(lastStart);
    }
  }

  @Test
  void aLastEntryWhoseBlocksNeverCameIsCutOff() throws IOException {
    write(ENTRIES);
    byte[] whole = Files.readAllBytes(file);
    int lastStart = startOf(whole, 2);
    for (int from = lastStart; from < whole.length; from++) {
      byte[] zeroed = whole.clone();
      Arrays.fill(zeroed, from, whole.length, (byte) 0);
      Files.write(file, zeroed);
      assertThat(read()).as("zeros from byte %d", from).isEqualTo(ENTRIES.subList(0, 2));
    }
  }

  @Test
  void entriesCanBeAppendedAfterACutOff() throws IOException {
    write(ENTRIES);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    assertThat(read()).hasSize(2);
    write(List.of("{\"d\":4}"));
    assertThat(read()).containsExactly(ENTRIES.get(0), ENTRIES.get(1), "{\"d\":4}");
  }

  @Test
  void aDamagedEntryBeforeOthersIsAnErrorThatNamesFileAndByte() throws IOException {
    write(ENTRIES);
    byte[] whole = Files.readAllBytes(file);
    for (int entry = 0; entry < 2; entry++) {
      int start = startOf(whole, entry);
      int newline = startOf(whole, entry + 1) - 1;
      for (int at = start; at < newline; at++) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 0x10;
        Files.write(file, damaged);
        assertThatIOException()
            .as("byte %d", at)
            .isThrownBy(this::read)
            .withMessageContaining(file.toString())
            .withMessageContaining("at byte " + start + " is damaged");
        assertThat(Files.readAllBytes(file)).as("left as it was").isEqualTo(damaged);
      }
    }
  }

  @Test
  void aLostLineBreakBeforeOthersIsAnError() throws IOException {
    write(ENTRIES);
    byte[] damaged = Files.readAllBytes(file);
    damaged[startOf(damaged, 1) - 1] = ' ';
    Files.write(file, damaged);
    assertThatIOException().isThrownBy(this::read).withMessageContaining("at byte 0 is damaged");
  }

  @Test
  void aFileThatIsNoJournalIsAnErrorAndLeftAlone() throws IOException {
    byte[] other = "one line\nand another\n".getBytes(StandardCharsets.UTF_8);
    Files.write(file, other);
    assertThatIOException().isThrownBy(this::read).withMessageContaining("at byte 0");
    assertThat(Files.readAllBytes(file)).isEqualTo(other);
  }

  /** Where the entry's line starts, counted from 0. */
  private static int startOf(byte[] bytes, int entry) {
    int at = 0;
    for (int line = 0; line < entry; line++) {
      while (bytes[at] != '\n') {
        at++;
      }
      at++;
    }
    return at;
  }
}
