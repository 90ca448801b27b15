package dev.stockpot.coordinator.journal;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.SerializationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Pekko Persistence snapshot store of plain files, beside a {@link FileJournal}: one {@link
 * JournalFile} of a single line per snapshot, under the {@code directory} of its configuration.
 *
 * <p>A snapshot is on storage, under its name, when it counts as saved: the journal may then forget
 * the events. One that is damaged is passed over, and the one before it is taken.
 */
public final class FileSnapshots extends SnapshotStore {

  private static final Logger LOG = LoggerFactory.getLogger(FileSnapshots.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String SUFFIX = ".snapshot";

  private final Path directory;
  private final String dispatcher;
  private final PayloadJson payloads;

  public FileSnapshots(Config config) {
    directory = Path.of(config.getString("directory"));
    dispatcher = config.getString("plugin-dispatcher");
    payloads = new PayloadJson(SerializationExtension.get(context().system()));
  }

  /** A snapshot and its file. */
  private record Kept(Path file, SnapshotMetadata metadata) {}

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return async(() -> {
      for (Kept kept : newestFirst(persistenceId, metadata -> matches(metadata, criteria))) {
        Optional<String> text = JournalFile.of(kept.file()).onlyEntry();
        if (text.isPresent()) {
          return Optional.of(
              new SelectedSnapshot(kept.metadata(), payloads.read(JSON.readTree(text.get()))));
        }
        LOG.warn("{}: damaged; the snapshot before it is used", kept.file());
      }
      return Optional.empty();
    });
  }

  private static boolean matches(SnapshotMetadata metadata, SnapshotSelectionCriteria criteria) {
    return metadata.sequenceNr() <= criteria.maxSequenceNr()
        && metadata.sequenceNr() >= criteria.minSequenceNr()
        && metadata.timestamp() <= criteria.maxTimestamp()
        && metadata.timestamp() >= criteria.minTimestamp();
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    return async(() -> {
      ObjectNode node = JSON.createObjectNode();
      payloads.write(snapshot, node);
      JournalFile.of(file(metadata)).replace(List.of(JSON.writeValueAsString(node)));
      return null;
    });
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return async(() ->
        delete(
            metadata.persistenceId(),
            kept ->
                kept.sequenceNr() == metadata.sequenceNr()
                    && (metadata.timestamp() == 0 || kept.timestamp() == metadata.timestamp())));
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return async(() -> delete(persistenceId, metadata -> matches(metadata, criteria)));
  }

  private Void delete(String persistenceId, Predicate<SnapshotMetadata> which) throws IOException {
    for (Kept kept : newestFirst(persistenceId, which)) {
      Files.deleteIfExists(kept.file());
    }
    return null;
  }

  private List<Kept> newestFirst(String persistenceId, Predicate<SnapshotMetadata> which)
      throws IOException {
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .flatMap(file -> kept(file, persistenceId).stream())
          .filter(kept -> which.test(kept.metadata()))
          .sorted(
              Comparator.comparingLong((Kept kept) -> kept.metadata().sequenceNr())
                  .thenComparingLong(kept -> kept.metadata().timestamp())
                  .reversed())
          .toList();
    }
  }

  private Path file(SnapshotMetadata metadata) {
    return directory.resolve(
        "%s~%d~%d%s"
            .formatted(
                encoded(metadata.persistenceId()),
                metadata.sequenceNr(),
                metadata.timestamp(),
                SUFFIX));
  }

  /** As a name of a file; holds no tilde. */
  private static String encoded(String persistenceId) {
    return URLEncoder.encode(persistenceId, StandardCharsets.UTF_8).replace("~", "%7E");
  }

  private static Optional<Kept> kept(Path file, String persistenceId) {
    String name = String.valueOf(file.getFileName());
    String prefix = encoded(persistenceId) + "~";
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    String[] numbers =
        name.substring(prefix.length(), name.length() - SUFFIX.length()).split("~", -1);
    return Optional.of(
        new Kept(
            file,
            SnapshotMetadata.apply(
                persistenceId, Long.parseLong(numbers[0]), Long.parseLong(numbers[1]))));
  }

  private <T> Future<T> async(Callable<T> work) {
    return Futures.future(work, context().system().dispatchers().lookup(dispatcher));
  }
}
