package dev.stockpot.coordinator.journal;

import com.typesafe.config.Config;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.coordinator.journal.JournalEntryJson.JournalEntry;
import dev.stockpot.metrics.JournalFigures;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.serialization.SerializationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * A Pekko Persistence journal of plain files, light enough to start with every command: one {@link
 * JournalFile} per persistence id, under the {@code directory} of its configuration or where the
 * persistence id itself says. It keeps no file open and remembers nothing of files that are not in
 * use, so one journal serves any number of them.
 *
 * <p>Where its configuration sets {@code reserve}, each file has a {@link Reserve} of that size.
 *
 * <p>One process at a time may use a file; whoever configures it sees to that.
 */
public final class FileJournal extends AsyncWriteJournal {

  private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);
  private static final String FILE_SUFFIX = ".journal";

  /** What a file's entries add up to. */
  private static final class Extent {
    private long deletedTo;
    private long highest;

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
  private final Executor executor;
  private final JournalEntryJson json;
  private final long reserveSize;
  private final Optional<JournalFigures> figures;

  /** The last work begun on each file, while it is under way: work on one file goes in order. */
  private final Map<String, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();

  public FileJournal(Config config) {
    directory = Path.of(config.getString("directory"));
    executor = context().system().dispatchers().lookup(config.getString("plugin-dispatcher"));
    reserveSize = config.hasPath("reserve") ? config.getBytes("reserve") : 0;
    figures = MetricsSetup.of(context().system()).map(Metrics::journal);
    json = new JournalEntryJson(SerializationExtension.get(context().system()));
  }

  /**
   * The persistence id whose events are in a certain file.
   *
   * @param file absolute, without the suffix {@code .journal}
   */
  public static String persistenceId(Path file) {
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException(file + ": the path of a journal must be absolute");
    }
    return file.toString();
  }

  private JournalFile file(String persistenceId) {
    Path place = Path.of(persistenceId);
    return JournalFile.of(
        place.isAbsolute()
            ? place.resolveSibling(place.getFileName() + FILE_SUFFIX)
            : directory.resolve(
                URLEncoder.encode(persistenceId, StandardCharsets.UTF_8) + FILE_SUFFIX));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    List<AtomicWrite> writes = new ArrayList<>();
    messages.forEach(writes::add);
    // Pekko hands over the writes of one persistent actor at a time.
    return inOrder(
        writes.getFirst().persistenceId(),
        measured(() -> {
          List<Optional<Exception>> results = new ArrayList<>();
          for (AtomicWrite write : writes) {
            results.add(write(write));
          }
          return results;
        }));
  }

  /** From now until it is in storage, the time that it waits for its thread included. */
  private <T> Callable<T> measured(Callable<T> write) {
    long begun = System.nanoTime();
    return () -> {
      boolean succeeded = false;
      try {
        T result = write.call();
        succeeded = true;
        return result;
      } finally {
        tell(System.nanoTime() - begun, succeeded);
      }
    };
  }

  private void tell(long nanos, boolean succeeded) {
    figures.ifPresent(each -> each.wrote(nanos, succeeded));
  }

  /** Empty, or why the events cannot be serialized: that rejects them but does no harm. */
  private Optional<Exception> write(AtomicWrite write) throws IOException {
    List<PersistentRepr> events = new ArrayList<>(write.size());
    write.payload().foreach(event -> events.add(event));
    String text;
    try {
      text = json.write(new JournalEntry.Written(events));
    } catch (Exception e) {
      return Optional.of(e);
    }
    append(file(write.persistenceId()), text);
    return Optional.empty();
  }

  /** On a file system that is full, too, as long as there is some of the reserve. */
  private void append(JournalFile file, String text) throws IOException {
    Reserve reserve =
        new Reserve(
            file.file().resolveSibling(file.file().getFileName() + ".reserve"), reserveSize);
    try {
      file.append(text);
    } catch (IOException e) {
      if (!FileErrors.isFullDisk(e) || !reserve.give()) {
        throw e;
      }
      LOG.warn(
          "{}: no space is left; this is written in the room that was kept for jobs under way. Free some: {}",
          file.file(),
          e.getMessage());
      append(file, text);
      return;
    }
    try {
      reserve.fill();
    } catch (IOException e) {
      LOG.warn("{}: no room could be kept: {}", file.file(), e.getMessage());
    }
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return inOrder(
        persistenceId,
        () -> {
          file(persistenceId).replace(without(persistenceId, toSequenceNr));
          return null;
        });
  }

  /**
   * The entries of a file less the events that are deleted, but for the entry that says how high
   * sequence numbers have come.
   */
  private List<String> without(String persistenceId, long deletedTo) throws Exception {
    record Line(String text, long highest) {}
    List<Line> lines = new ArrayList<>();
    Extent extent = new Extent();
    file(persistenceId)
        .forEach(text -> {
          JournalEntry entry = json.read(text, persistenceId);
          extent.add(entry);
          if (entry instanceof JournalEntry.Written) {
            lines.add(new Line(text, extent.highest));
          }
        });
    List<String> kept = new ArrayList<>();
    for (Line line : lines) {
      if (line.highest() > deletedTo || line.highest() == extent.highest) {
        kept.add(line.text());
      }
    }
    long to = Math.max(extent.deletedTo, Math.min(deletedTo, extent.highest));
    kept.add(json.write(new JournalEntry.Deleted(to)));
    return kept;
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replay) {
    return inOrder(
        persistenceId,
        () -> {
          long from = Math.max(fromSequenceNr, extent(persistenceId).deletedTo + 1);
          Replay replaying = new Replay(from, toSequenceNr, max, replay);
          file(persistenceId).forEach(text -> replaying.offer(json.read(text, persistenceId)));
          return null;
        });
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    return inOrder(persistenceId, () -> extent(persistenceId).highest);
  }

  private Extent extent(String persistenceId) throws IOException {
    Extent extent = new Extent();
    file(persistenceId).forEach(text -> extent.add(json.read(text, persistenceId)));
    return extent;
  }

  private <T> Future<T> inOrder(String persistenceId, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<?> last =
        underWay.compute(
            persistenceId,
            (_, before) ->
                (before == null ? CompletableFuture.completedFuture(null) : before)
                    .thenRunAsync(() -> complete(result, work), executor));
    CompletableFuture<?> _ = last.whenComplete((_, _) -> underWay.remove(persistenceId, last));
    return FutureConverters.asScala(result);
  }

  private static <T> void complete(CompletableFuture<T> result, Callable<T> work) {
    try {
      result.complete(work.call());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }
}
