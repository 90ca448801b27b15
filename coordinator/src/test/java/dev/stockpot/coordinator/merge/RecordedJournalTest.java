package dev.stockpot.coordinator.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.merge.MergeEvent.Accepted;
import dev.stockpot.coordinator.merge.MergeEvent.ReceiptsRevoked;
import dev.stockpot.coordinator.merge.MergeEvent.TensorsRecorded;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
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
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal that release 0.1.0 wrote, kept as it was, so that no later change to events or files
 * can forget it. Never regenerate {@code merge-0.1.0.journal}; add another beside it.
 */
class RecordedJournalTest {

  private static final String PLUGIN = "stockpot.coordinator.journal";

  private static final Receipt FIRST =
      receipt(0, -559038737, 0, 0, List.of(1, -2, 3), new StageNanos(10, 20, 30));
  private static final Receipt SECOND =
      receipt(1, 17, 7, 8, List.of(4, 5, 6), new StageNanos(11, 21, 31));
  private static final Receipt THIRD =
      receipt(2, Integer.MIN_VALUE, 0, 1, List.of(), StageNanos.ZERO);

  private static final List<MergeEvent> EVENTS =
      List.of(
          new Accepted("of other inputs", 2),
          new TensorsRecorded(List.of(THIRD)),
          new Accepted("c0ffee", 3),
          new TensorsRecorded(List.of(FIRST, SECOND)),
          new TensorsRecorded(List.of(THIRD)),
          new ReceiptsRevoked(List.of(1)));

  @TempDir private Path directory;

  private static Receipt receipt(
      int task, int crc, long nan, long infinity, List<Integer> sources, StageNanos times) {
    return new Receipt(task, List.of(new Receipt.Output(crc, nan, infinity)), sources, times);
  }

  /** What a recovered actor says of its state. */
  private record Recovered(String fingerprint, List<Receipt> receipts) {}

  /** Persists the events it is told, under the name that a job's journal has. */
  private static final class Recorder
      extends EventSourcedBehavior<MergeEvent, MergeEvent, MergeState> {
    private final ActorRef<Recovered> told;

    Recorder(ActorRef<Recovered> told) {
      super(PersistenceId.ofUniqueId("merge"));
      this.told = told;
    }

    @Override
    public String journalPluginId() {
      return PLUGIN;
    }

    @Override
    public MergeState emptyState() {
      return new MergeState();
    }

    @Override
    public CommandHandler<MergeEvent, MergeEvent, MergeState> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onAnyCommand(event -> Effect().persist(event).thenRun(this::tell));
    }

    @Override
    public EventHandler<MergeState, MergeEvent> eventHandler() {
      return MergeState::apply;
    }

    @Override
    public SignalHandler<MergeState> signalHandler() {
      return newSignalHandlerBuilder()
          .onSignal(RecoveryCompleted.class, (state, _) -> tell(state))
          .build();
    }

    private void tell(MergeState state) {
      told.tell(new Recovered(state.fingerprint().orElse("none"), List.copyOf(state.receipts())));
    }
  }

  @Test
  void theJournalOfRelease010IsReadIntoTheStateItRecorded() throws IOException {
    try (InputStream recorded =
        Objects.requireNonNull(getClass().getResourceAsStream("merge-0.1.0.journal"))) {
      Files.copy(recorded, directory.resolve("merge.journal"));
    }
    assertThat(stateAfter(List.of())).isEqualTo(new Recovered("c0ffee", List.of(FIRST, THIRD)));
  }

  @Test
  void whatIsWrittenNowIsReadIntoTheSameState() {
    assertThat(stateAfter(EVENTS)).isEqualTo(new Recovered("c0ffee", List.of(FIRST, THIRD)));
    assertThat(stateAfter(List.of())).isEqualTo(new Recovered("c0ffee", List.of(FIRST, THIRD)));
  }

  private Recovered stateAfter(List<MergeEvent> events) {
    Config config =
        ConfigFactory.parseMap(Map.of(PLUGIN + ".directory", directory.toString()))
            .withFallback(ConfigFactory.load("application-test"));
    ActorTestKit kit = ActorTestKit.create("RecordedJournalTest", config);
    try {
      TestProbe<Recovered> told = kit.createTestProbe();
      ActorRef<MergeEvent> recorder = kit.spawn(new Recorder(told.ref()));
      Recovered last = told.receiveMessage();
      for (MergeEvent event : events) {
        recorder.tell(event);
        last = told.receiveMessage();
      }
      return last;
    } finally {
      kit.shutdownTestKit();
    }
  }
}
