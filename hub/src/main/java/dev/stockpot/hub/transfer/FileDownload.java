package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.cache.Flock;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import dev.stockpot.hub.client.RangeReader;
import dev.stockpot.hub.client.RangeReader.NoRanges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings one file into the cache. Several connections fetch its pieces in order; the file's own
 * thread follows them and takes the digest of what is whole from its start, out of the file, so
 * what is checked is what lies there. It falls behind by no more than the pieces under way.
 */
final class FileDownload {

  private static final int READ = 1 << 18;
  private static final Duration LOCK_PAUSE = Duration.ofMillis(100);
  private static final int PAUSES_TO_NOTE = 100;
  private static final int ATTEMPTS = 2;

  private final Hub hub;
  private final HubCache cache;
  private final HubFile file;
  private final long pieceBytes;
  private final Semaphore connections;
  private final Progress progress;
  private final String about;

  FileDownload(
      Hub hub,
      HubCache cache,
      HubFile file,
      long pieceBytes,
      Semaphore connections,
      Progress progress) {
    this.hub = hub;
    this.cache = cache;
    this.file = file;
    this.pieceBytes = pieceBytes;
    this.connections = connections;
    this.progress = progress;
    this.about = file.repository() + ": " + file.path();
  }

  /** Does it; nothing where the cache holds the file. */
  void run() {
    try {
      if (cache.holds(file)) {
        progress.add(file.size());
        return;
      }
      cache.requirePlace(file);
      try (Flock _ = lock()) {
        boolean isNew = cache.find(file).isEmpty();
        if (isNew) {
          fetch();
        } else {
          progress.add(file.size());
        }
        cache.point(file, isNew);
      }
    } catch (IOException e) {
      throw local(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HubException.stopped(about);
    }
  }

  private HubException local(IOException e) {
    if (Thread.currentThread().isInterrupted()) {
      return HubException.stopped(about);
    }
    return FileErrors.isFullDisk(e)
        ? new HubException(
            Kind.NO_ROOM,
            "%s: no room is left in the cache %s; make some, or name another cache with HF_HUB_CACHE; the same command goes on from here"
                .formatted(about, cache.root()),
            e)
        : new HubException(
            Kind.LOCAL,
            "%s: in the cache %s: %s".formatted(about, cache.root(), FileErrors.located(e)),
            e);
  }

  /** Another process may be downloading the same file; then it is there when we get the lock. */
  private Flock lock() throws IOException, InterruptedException {
    for (int i = 0; ; i++) {
      var lock = cache.tryLock(file);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (i % PAUSES_TO_NOTE == PAUSES_TO_NOTE / 3) {
        progress.note(
            "%s: another process downloads it; waiting for that since %d s"
                .formatted(about, i / (1000 / LOCK_PAUSE.toMillis())));
      }
      LockSupport.parkNanos(LOCK_PAUSE.toNanos());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private void fetch() throws IOException, InterruptedException {
    try {
      if (arrives(this::ranges)) {
        return;
      }
    } catch (NoRanges _) {
      if (arrives(this::whole)) {
        return;
      }
    }
    throw new HubException(
        Kind.WRONG_BYTES,
        "%s: wrong bytes came twice, whose %s is not %s, as the hub has it; if it stays so, tell the model's owner (%s/discussions), or whoever runs the mirror or proxy between"
            .formatted(
                about,
                new BlobDigest(file).name(),
                file.etag(),
                hub.settings().page(file.repository())));
  }

  /** One way to get the bytes; gives their digest. */
  private interface Way<E extends Exception> {
    String bytes(Partial partial) throws IOException, InterruptedException, E;
  }

  /** Gets the bytes, once more if they are wrong; false if they are wrong again. */
  private <E extends Exception> boolean arrives(Way<E> way)
      throws IOException, InterruptedException, E {
    for (int i = 0; i < ATTEMPTS; i++) {
      if (isRight(way)) {
        return true;
      }
    }
    return false;
  }

  /** Gets the bytes, and puts them in their place if they are right. */
  private <E extends Exception> boolean isRight(Way<E> way)
      throws IOException, InterruptedException, E {
    try (Partial partial = open()) {
      if (way.bytes(partial).equals(file.etag())) {
        partial.commit();
        return true;
      }
      partial.delete();
      progress.add(-file.size());
      progress.note(about + ": wrong bytes came");
      return false;
    }
  }

  private Partial open() throws IOException {
    return Partial.open(cache.blob(file), file.size(), pieceBytes);
  }

  /** Fetches the pieces that are missing. Where that fails, the partial file may be closed. */
  private String ranges(Partial partial) throws IOException, InterruptedException, NoRanges {
    Pieces pieces = new Pieces(file.size(), pieceBytes, partial.done());
    progress.add(pieces.doneBytes());
    List<Thread> workers = new ArrayList<>();
    try {
      for (int i = 0; i < Math.min(hub.settings().connections(), pieces.missing()); i++) {
        workers.add(
            Thread.ofPlatform().daemon().name("hub-range-" + i).start(() -> work(partial, pieces)));
      }
      return digest(partial, pieces);
    } catch (InterruptedException e) {
      end(workers);
      switch (pieces.failure()) {
        case null -> throw e;
        case NoRanges none -> {
          progress.add(-pieces.doneBytes());
          throw none;
        }
        case HubException told -> throw told;
        case IOException local -> throw local;
        case Throwable other -> throw new IllegalStateException(about, other);
      }
    } finally {
      end(workers);
    }
  }

  /** Nobody writes to the file after that. */
  private static void end(List<Thread> workers) {
    workers.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(Partial partial, Pieces pieces) {
    try {
      for (OptionalInt piece = pieces.take(); piece.isPresent(); piece = pieces.take()) {
        connections.acquire();
        try {
          piece(partial, pieces, piece.getAsInt());
        } finally {
          connections.release();
        }
      }
    } catch (Throwable e) {
      pieces.failed(e);
    }
  }

  private void piece(Partial partial, Pieces pieces, int piece) throws IOException, NoRanges {
    long at = pieces.from(piece);
    try (RangeReader reader = hub.reader(file, at, pieces.length(piece), false, progress::note)) {
      for (ByteBuffer next = reader.next(); next != null; next = reader.next()) {
        int length = next.remaining();
        partial.write(next, at);
        at += length;
        progress.add(length);
      }
    } catch (IOException | HubException | NoRanges e) {
      progress.add(pieces.from(piece) - at);
      throw e;
    }
    partial.done(piece);
    pieces.done(piece);
  }

  private String digest(Partial partial, Pieces pieces) throws IOException, InterruptedException {
    BlobDigest digest = new BlobDigest(file);
    ByteBuffer buffer = ByteBuffer.allocate(READ);
    long at = 0;
    while (at < file.size()) {
      long whole = pieces.awaitWhole(at);
      while (at < whole) {
        buffer.clear().limit((int) Math.min(READ, whole - at));
        int read = partial.read(buffer, at);
        if (read < 0) {
          throw new IOException(about + ": its file was made shorter by somebody");
        }
        digest.update(buffer.array(), read);
        at += read;
      }
    }
    return digest.hex();
  }

  /** All of it by one connection, for a server that gives no ranges. */
  private String whole(Partial partial) throws IOException {
    partial.clear();
    BlobDigest digest = new BlobDigest(file);
    long at = 0;
    try (RangeReader reader = hub.reader(file, 0, file.size(), true, progress::note)) {
      for (ByteBuffer next = reader.next(); next != null; next = reader.next()) {
        byte[] bytes = new byte[next.remaining()];
        next.get(bytes);
        partial.write(ByteBuffer.wrap(bytes), at);
        digest.update(bytes, bytes.length);
        at += bytes.length;
        progress.add(bytes.length);
      }
      return digest.hex();
    } catch (NoRanges e) {
      throw new AssertionError("whole files were allowed", e);
    }
  }
}
