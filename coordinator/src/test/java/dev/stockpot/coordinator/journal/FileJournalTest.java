package dev.stockpot.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One journal and many files. */
class FileJournalTest {

  @TempDir private Path directory;
  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("application-test"));
  private final TestProbe<String> told = kit.createTestProbe();

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  /** Adds up what it is told, and tells the sum. */
  private final class Notebook extends EventSourcedBehavior<String, String, String> {
    Notebook(Path file) {
      super(PersistenceId.ofUniqueId(FileJournal.persistenceId(file)));
    }

    @Override
    public String journalPluginId() {
      return "stockpot.coordinator.journal";
    }

    @Override
    public String emptyState() {
      return "";
    }

    @Override
    public CommandHandler<String, String, String> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onAnyCommand(word -> Effect().persist(word).thenRun(sum -> told.ref().tell(sum)));
    }

    @Override
    public EventHandler<String, String> eventHandler() {
      return (sum, word) -> sum + word;
    }
  }

  private String writeTo(Path file, String word) {
    ActorRef<String> notebook = kit.spawn(new Notebook(file));
    notebook.tell(word);
    String sum = told.receiveMessage();
    kit.stop(notebook);
    return sum;
  }

  @Test
  void aPersistenceIdCanSayWhereItsFileIs() {
    Path one = directory.resolve("one/notes");
    Path other = directory.resolve("other one/notes");
    assertThat(writeTo(one, "a")).isEqualTo("a");
    assertThat(writeTo(other, "b")).isEqualTo("b");
    assertThat(writeTo(one, "c")).isEqualTo("ac");
    assertThat(directory.resolve("one/notes.journal")).exists();
    assertThat(directory.resolve("other one/notes.journal")).exists();
  }

  @Test
  void aFileThatWasDeletedBetweenTwoActorsBeginsAnew() throws IOException {
    Path file = directory.resolve("notes");
    writeTo(file, "a");
    Files.delete(directory.resolve("notes.journal"));
    assertThat(writeTo(file, "b")).isEqualTo("b");
    assertThat(writeTo(file, "c")).isEqualTo("bc");
  }

  @Test
  void noFileStaysOpen() throws IOException {
    for (int file = 0; file < 20; file++) {
      writeTo(directory.resolve(file + "/notes"), "a");
    }
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "open files are listed in /proc only");
    try (Stream<Path> open = Files.list(descriptors)) {
      assertThat(open.map(FileJournalTest::target).filter(path -> path.startsWith(directory)))
          .isEmpty();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException _) {
      return Objects.requireNonNull(descriptor);
    }
  }

  @Test
  void aRelativePlaceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FileJournal.persistenceId(Path.of("notes")))
        .withMessageContaining("must be absolute");
  }
}
