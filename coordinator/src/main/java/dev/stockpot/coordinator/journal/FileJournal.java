package dev.stockpot.coordinator.journal;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.serialization.SerializationExtension;
import scala.concurrent.Future;

/**
 * A Pekko Persistence journal of plain files, light enough to start with every command: one {@link
 * JournalFile} per persistence id, under the {@code directory} of its configuration.
 *
 * <p>One process at a time may use a directory; whoever configures it sees to that.
 */
public final class FileJournal extends AsyncWriteJournal {

  private static final String FILE_SUFFIX = ".journal";

  /** What must be known of a file's events without reading it again. */
  private static final class Log {
    private final JournalFile file;
    private long deletedTo;
    private long highest;

    Log(JournalFile file) {
      this.file = file;
    }

    void add(JournalEntry entry) {
      switch (entry) {
        case JournalEntry.Written written ->
            highest = Math.max(highest, written.events().getLast().sequenceNr());
        case JournalEntry.Deleted deleted ->
            deletedTo = Math.max(deletedTo, Math.min(deleted.to(), highest));
      }
    }
  }

  /** Passes on the events that a replay asks for, and no more than it asks for. */
  private static final class Replay {
    private final long from;
    private final long to;
    private final Consumer<PersistentRepr> replay;
    private long left;

    Replay(long from, long to, long max, Consumer<PersistentRepr> replay) {
      this.from = from;
      this.to = to;
      this.left = max;
      this.replay = replay;
    }

    void offer(JournalEntry entry) {
      if (entry instanceof JournalEntry.Written(List<PersistentRepr> events)) {
        for (PersistentRepr event : events) {
          if (left > 0 && event.sequenceNr() >= from && event.sequenceNr() <= to) {
            left--;
            replay.accept(event);
          }
        }
      }
    }
  }

  private final Path directory;
  private final String dispatcher;
  private final JournalEntryJson json;
  private final Map<String, Log> logs = new HashMap<>();

  public FileJournal(Config config) {
    directory = Path.of(config.getString("directory"));
    dispatcher = config.getString("plugin-dispatcher");
    json = new JournalEntryJson(SerializationExtension.get(context().system()));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    return async(() -> {
      List<Optional<Exception>> results = new ArrayList<>();
      for (AtomicWrite write : messages) {
        results.add(write(write));
      }
      return results;
    });
  }

  /** Empty, or why the events cannot be serialized: that rejects them but does no harm. */
  private Optional<Exception> write(AtomicWrite write) throws IOException {
    List<PersistentRepr> events = new ArrayList<>(write.size());
    write.payload().foreach(event -> events.add(event));
    JournalEntry.Written entry = new JournalEntry.Written(events);
    String text;
    try {
      text = json.write(entry);
    } catch (Exception e) {
      return Optional.of(e);
    }
    Log log = log(write.persistenceId());
    log.file.append(text);
    log.add(entry);
    return Optional.empty();
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return async(() -> {
      JournalEntry.Deleted deleted = new JournalEntry.Deleted(toSequenceNr);
      Log log = log(persistenceId);
      log.file.append(json.write(deleted));
      log.add(deleted);
      return null;
    });
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replay) {
    return async(() -> {
      Log log = log(persistenceId);
      Replay replaying =
          new Replay(Math.max(fromSequenceNr, log.deletedTo + 1), toSequenceNr, max, replay);
      log.file.forEach(text -> replaying.offer(json.read(text, persistenceId)));
      return null;
    });
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    return async(() -> log(persistenceId).highest);
  }

  @Override
  public void postStop() throws Exception {
    synchronized (logs) {
      for (Log log : logs.values()) {
        log.file.close();
      }
      logs.clear();
    }
    super.postStop();
  }

  /** Caller holds the lock on {@link #logs}. */
  private Log log(String persistenceId) throws IOException {
    Log known = logs.get(persistenceId);
    if (known != null) {
      return known;
    }
    Files.createDirectories(directory);
    Path file =
        directory.resolve(URLEncoder.encode(persistenceId, StandardCharsets.UTF_8) + FILE_SUFFIX);
    Log log = new Log(JournalFile.open(file));
    log.file.forEach(text -> log.add(json.read(text, persistenceId)));
    logs.put(persistenceId, log);
    return log;
  }

  private <T> Future<T> async(Callable<T> work) {
    return Futures.future(
        () -> {
          synchronized (logs) {
            return work.call();
          }
        },
        context().system().dispatchers().lookup(dispatcher));
  }
}
