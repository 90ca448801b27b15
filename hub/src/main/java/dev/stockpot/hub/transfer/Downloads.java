package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;

/**
 * Downloads into the cache: ranges over several connections, verified as they come, resumed where
 * an earlier run was stopped, by whatever.
 */
public final class Downloads {

  /** What is fetched again at most, of each connection, when a run was killed. */
  private static final long PIECE = 16L << 20;

  /** Files at a time; each is checked by one thread. */
  private static final int FILES = 4;

  private final Hub hub;
  private final HubCache cache;
  private final long pieceBytes;

  public Downloads(Hub hub, HubCache cache) {
    this(hub, cache, PIECE);
  }

  Downloads(Hub hub, HubCache cache, long pieceBytes) {
    this.hub = hub;
    this.cache = cache;
    this.pieceBytes = pieceBytes;
  }

  /**
   * Which files are the reference's checkpoint; reads its index where there is one.
   *
   * @throws HubException where it holds no weights in the safetensors format
   */
  public ModelFiles files(Snapshot snapshot) {
    try {
      return ModelFiles.of(hub, cache, snapshot);
    } catch (IOException e) {
      throw local(snapshot, e);
    }
  }

  /** Bytes that {@link #fetch} would move, without those in the cache; changes nothing there. */
  public long missingBytes(List<HubFile> files) {
    return files.stream().filter(file -> cache.find(file).isEmpty()).mapToLong(this::missing).sum();
  }

  private long missing(HubFile file) {
    return file.size() - Partial.leftBytes(cache.blob(file), file.size(), pieceBytes);
  }

  /**
   * Brings the files into the cache. An interrupt stops it; the next call goes on.
   *
   * @return the checkpoint's directory in the cache
   * @throws HubException also where there is no room, before anything is asked for
   */
  public Path fetch(Snapshot snapshot, List<HubFile> files, TransferListener listener) {
    List<HubFile> wanted = files.stream().filter(file -> !cache.holds(file)).toList();
    long bytes = files.stream().mapToLong(HubFile::size).sum();
    Progress progress = new Progress(listener, bytes);
    progress.add(bytes - wanted.stream().mapToLong(HubFile::size).sum());
    try {
      record(snapshot);
      if (!wanted.isEmpty()) {
        requireRoom(snapshot, wanted);
        all(wanted, progress, snapshot.pinned());
      }
      return cache.directory(snapshot);
    } catch (IOException e) {
      if (wanted.isEmpty()) {
        // All is there, in a cache that may be for reading only.
        return cache.directory(snapshot);
      }
      throw local(snapshot, e);
    }
  }

  private void record(Snapshot snapshot) throws IOException {
    cache.record(snapshot);
    for (String name : List.of(ModelFiles.SINGLE, ModelFiles.INDEX)) {
      String path = snapshot.reference().inRepository(name);
      if (snapshot.file(path).isEmpty()) {
        cache.recordMissing(snapshot, path);
      }
    }
  }

  private void requireRoom(Snapshot snapshot, List<HubFile> files) throws IOException {
    long missing = missingBytes(files);
    long room = Files.getFileStore(cache.root()).getUsableSpace();
    if (missing > room) {
      throw new HubException(
          Kind.NO_ROOM,
          "%s: %,d bytes are to be downloaded, and the cache %s has room for %,d; make some, or name another cache with HF_HUB_CACHE"
              .formatted(snapshot.pinned(), missing, cache.root(), room));
    }
  }

  private void all(List<HubFile> files, Progress progress, String about) {
    Semaphore connections = new Semaphore(hub.settings().connections(), true);
    ExecutorService each = Executors.newFixedThreadPool(Math.min(FILES, files.size()), daemons());
    ExecutorCompletionService<Void> ended = new ExecutorCompletionService<>(each);
    try {
      for (HubFile file : files) {
        var _ =
            ended.submit(() -> {
              new FileDownload(hub, cache, file, pieceBytes, connections, progress).run();
              return null;
            });
      }
      for (int i = 0; i < files.size(); i++) {
        ended.take().get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HubException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HubException.stopped(about);
    } finally {
      each.shutdownNow();
      awaitEnd(each);
    }
  }

  /** The files' threads give their locks and channels back first. */
  private static void awaitEnd(ExecutorService threads) {
    boolean interrupted = Thread.interrupted();
    threads.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static ThreadFactory daemons() {
    return Thread.ofPlatform().daemon().name("hub-file-", 0).factory();
  }

  private HubException local(Snapshot snapshot, IOException e) {
    return new HubException(
        Kind.LOCAL,
        "%s: the cache %s: %s".formatted(snapshot.pinned(), cache.root(), FileErrors.located(e)),
        e);
  }
}
