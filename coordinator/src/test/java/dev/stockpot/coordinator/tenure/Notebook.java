package dev.stockpot.coordinator.tenure;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.postgres.PostgresJournal;
import dev.stockpot.coordinator.postgres.PostgresSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** A persistent actor that keeps lines in a coordinator's journal in PostgreSQL. */
final class Notebook extends EventSourcedBehavior<Notebook.Write, String, String> {

  /** A line to keep; one that begins with {@link #SNAPSHOT} makes a snapshot, too. */
  record Write(String line, ActorRef<StatusReply<String>> replyTo) {}

  static final String SNAPSHOT = "snapshot";

  private Notebook(String name) {
    super(PersistenceId.ofUniqueId(name));
  }

  /** The notebook of a cluster, as a system of its own. */
  static ActorSystem<Write> open(PostgresSettings settings, long epoch) {
    Config config = ConfigFactory.load(ConfigFactory.parseResources("application-test.conf"));
    return ActorSystem.create(
        new Notebook(settings.cluster()),
        "notebook",
        PostgresJournal.over(config, settings, epoch));
  }

  /** Keeps a line; an exception if the journal refuses it, of which the notebook dies. */
  static void write(ActorSystem<Write> notebook, String line) {
    CompletableFuture<?> written =
        AskPattern.askWithStatus(
                notebook,
                (ActorRef<StatusReply<String>> replyTo) -> new Write(line, replyTo),
                Duration.ofMinutes(1),
                notebook.scheduler())
            .toCompletableFuture();
    CompletableFuture<?> dead =
        notebook
            .getWhenTerminated()
            .toCompletableFuture()
            .thenRun(() -> {
              throw new IllegalStateException("the notebook is dead");
            });
    CompletableFuture.anyOf(written, dead).join();
  }

  @Override
  public String journalPluginId() {
    return "jdbc-journal";
  }

  @Override
  public String snapshotPluginId() {
    return "jdbc-snapshot-store";
  }

  @Override
  public String emptyState() {
    return "";
  }

  @Override
  public boolean shouldSnapshot(String state, String event, long sequenceNr) {
    return event.startsWith(SNAPSHOT);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(1000, 2);
  }

  @Override
  public CommandHandler<Write, String, String> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onAnyCommand((_, write) ->
            Effect()
                .persist(write.line())
                .thenReply(write.replyTo(), state -> StatusReply.success(state)));
  }

  @Override
  public EventHandler<String, String> eventHandler() {
    return (state, line) -> state + line + "\n";
  }
}
