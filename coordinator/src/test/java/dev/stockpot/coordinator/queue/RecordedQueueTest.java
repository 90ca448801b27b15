package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueSnapshot;
import dev.stockpot.coordinator.queue.state.QueueState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.SnapshotCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A queue's journal and snapshot that release 0.1.0 wrote, kept as they were, so that no later
 * change to events or files can forget them. Never regenerate them; add others beside them.
 */
class RecordedQueueTest {

  private static final String SNAPSHOT = "queue~12~1795366800000.snapshot";

  @TempDir private Path directory;

  /** Persists the events it is told, and tells its state. */
  private static final class Recorder
      extends EventSourcedBehavior<QueueEvent, QueueEvent, QueueState> {
    private final ActorRef<QueueSnapshot> told;

    Recorder(ActorRef<QueueSnapshot> told) {
      super(PersistenceId.ofUniqueId("queue"));
      this.told = told;
    }

    @Override
    public String journalPluginId() {
      return "stockpot.coordinator.queue-journal";
    }

    @Override
    public String snapshotPluginId() {
      return "stockpot.coordinator.queue-snapshots";
    }

    @Override
    public SnapshotAdapter<QueueState> snapshotAdapter() {
      return JobQueue.SNAPSHOTS;
    }

    @Override
    public boolean shouldSnapshot(QueueState state, QueueEvent event, long sequence) {
      return sequence == QueueEvents.recorded().size();
    }

    @Override
    public QueueState emptyState() {
      return new QueueState();
    }

    @Override
    public CommandHandler<QueueEvent, QueueEvent, QueueState> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onAnyCommand(event -> Effect().persist(event).thenNoReply());
    }

    @Override
    public EventHandler<QueueState, QueueEvent> eventHandler() {
      return QueueState::apply;
    }

    @Override
    public SignalHandler<QueueState> signalHandler() {
      return newSignalHandlerBuilder()
          .onSignal(RecoveryCompleted.class, (state, _) -> told.tell(state.snapshot()))
          .onSignal(SnapshotCompleted.class, (state, _) -> told.tell(state.snapshot()))
          .build();
    }
  }

  @Test
  void theJournalOfRelease010IsReadIntoTheStateItRecorded() throws IOException {
    copy("queue-0.1.0.journal", "queue.journal");
    assertThat(recovered(List.of())).isEqualTo(expected());
  }

  @Test
  void theSnapshotOfRelease010IsReadIntoTheStateItRecorded() throws IOException {
    copy("queue-0.1.0.snapshot", SNAPSHOT);
    assertThat(recovered(List.of())).isEqualTo(expected());
  }

  @Test
  void whatIsWrittenNowIsReadIntoTheSameState() throws IOException {
    assertThat(recovered(QueueEvents.recorded())).isEqualTo(expected());
    assertThat(recovered(List.of())).isEqualTo(expected());
    Files.delete(directory.resolve("queue/queue.journal"));
    assertThat(recovered(List.of())).as("from the snapshot").isEqualTo(expected());
  }

  private static QueueSnapshot expected() {
    return QueueEvents.state(QueueEvents.recorded()).snapshot();
  }

  private void copy(String resource, String name) throws IOException {
    Files.createDirectories(directory.resolve("queue"));
    try (InputStream recorded = Objects.requireNonNull(getClass().getResourceAsStream(resource))) {
      Files.copy(recorded, directory.resolve("queue").resolve(name));
    }
  }

  /** The last state that an actor tells which is told these events. */
  private QueueSnapshot recovered(List<QueueEvent> events) {
    Config config =
        ConfigFactory.load(
            ConfigFactory.parseMap(Map.of("stockpot.coordinator.data-dir", directory.toString()))
                .withFallback(ConfigFactory.parseResources("application-test.conf")));
    ActorTestKit kit = ActorTestKit.create("RecordedQueueTest", config);
    try {
      TestProbe<QueueSnapshot> told = kit.createTestProbe();
      ActorRef<QueueEvent> recorder = kit.spawn(new Recorder(told.ref()));
      QueueSnapshot recovered = told.receiveMessage();
      if (events.isEmpty()) {
        return recovered;
      }
      events.forEach(recorder::tell);
      return told.receiveMessage();
    } finally {
      kit.shutdownTestKit();
    }
  }
}
