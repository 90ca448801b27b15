package dev.stockpot.hub.cache;

import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.HubReference;
import dev.stockpot.hub.HubSettings;
import dev.stockpot.hub.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The cache of huggingface_hub, which both programs read and write at once: {@code
 * models--org--name/} with {@code blobs/ETAG}, {@code refs/REVISION}, {@code snapshots/COMMIT/},
 * {@code .no_exist/COMMIT/} and {@code trees/}. What is here is found without a request.
 */
public final class HubCache {

  private static final String TAG =
      """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file marks a cache, which backups may leave out: https://bford.info/cachedir/
      """;

  private final Path root;
  private final boolean links;

  /**
   * A cache, which need not be there yet.
   *
   * @param links whether to make symbolic links where the file system has them
   */
  public HubCache(Path root, boolean links) {
    this.root = root;
    this.links = links;
  }

  public HubCache(HubSettings settings) {
    this(settings.cache(), settings.links());
  }

  public Path root() {
    return root;
  }

  private CachedRepository of(String repository) {
    return new CachedRepository(root, repository, links);
  }

  /** The commit that the cache knows a reference to lead to. */
  public Optional<String> commit(HubReference reference) {
    return reference.isCommit()
        ? Optional.of(reference.revision())
        : of(reference.repository()).ref(reference.revision()).filter(HubReference::isCommit);
  }

  /**
   * The directory of a reference's checkpoint, if the cache holds files of it: {@code
   * snapshots/COMMIT[/subfolder]}. It may lack some.
   */
  public Optional<Path> snapshot(HubReference reference) {
    return commit(reference).map(commit -> directory(reference, commit)).filter(Files::isDirectory);
  }

  /** What a snapshot holds, where the cache knows all its files (not the licence). */
  public Optional<Snapshot> listing(HubReference reference) {
    String repository = reference.repository();
    return commit(reference)
        .flatMap(commit ->
            of(repository)
                .tree(commit)
                .flatMap(tree -> TreeJson.read(tree, repository, commit))
                .map(files ->
                    new Snapshot(reference, repository, commit, files, Optional.empty(), false)));
  }

  /** The directory of a snapshot's checkpoint, there or not. */
  public Path directory(Snapshot snapshot) {
    return directory(snapshot.reference(), snapshot.commit());
  }

  private Path directory(HubReference reference, String commit) {
    Path whole = of(reference.repository()).snapshot(commit);
    return reference.subfolder().isEmpty() ? whole : whole.resolve(reference.subfolder());
  }

  /** The file where it is in the cache, by whatever commit; whole by the number of its bytes. */
  public Optional<Path> find(HubFile file) {
    CachedRepository repository = of(file.repository());
    return Optional.of(repository.pointer(file))
        .filter(path -> CachedRepository.isWhole(path, file))
        .or(() ->
            Optional.of(repository.blob(file))
                .filter(path -> CachedRepository.isWhole(path, file)));
  }

  /** Whether the file is there among those of its commit. */
  public boolean holds(HubFile file) {
    return CachedRepository.isWhole(of(file.repository()).pointer(file), file);
  }

  /** Whether the cache knows that a repository has no file of that path at a commit. */
  public boolean isKnownMissing(String repository, String commit, String path) {
    return Files.isRegularFile(of(repository).missing(commit, path));
  }

  /** Makes known which commit a reference leads to, and what is there. */
  public void record(Snapshot snapshot) throws IOException {
    CachedRepository repository = of(snapshot.repository());
    Files.createDirectories(repository.snapshot(snapshot.commit()));
    Path tag = root.resolve("CACHEDIR.TAG");
    if (Files.notExists(tag)) {
      CachedRepository.write(tag, TAG.getBytes(StandardCharsets.UTF_8));
    }
    repository.setRef(snapshot.reference().revision(), snapshot.commit());
    repository.setTree(snapshot.commit(), TreeJson.write(snapshot.files()));
  }

  /** Makes known that a file was looked for and is not there. */
  public void recordMissing(Snapshot snapshot, String path) throws IOException {
    Path missing = of(snapshot.repository()).missing(snapshot.commit(), path);
    if (Files.notExists(missing)) {
      CachedRepository.write(missing, new byte[0]);
    }
  }

  /**
   * Takes the lock that huggingface_hub takes while it downloads a blob.
   *
   * @return empty if somebody has it
   */
  public Optional<Flock> tryLock(HubFile file) throws IOException {
    Path lock = of(file.repository()).lock(file);
    Files.createDirectories(CachedRepository.parent(lock));
    return Flock.tryLock(lock);
  }

  /** Where the blob of a file lies when it is whole. */
  public Path blob(HubFile file) {
    return of(file.repository()).blob(file);
  }

  /**
   * Makes a file whose blob is there appear among those of its commit.
   *
   * @param isNew whether the blob was made just now, under the lock
   */
  public void point(HubFile file, boolean isNew) throws IOException {
    of(file.repository()).point(file, isNew);
  }

  /** Checks that nothing of a user's own is in the file's place. */
  public void requirePlace(HubFile file) throws IOException {
    of(file.repository()).requirePlace(file);
  }
}
