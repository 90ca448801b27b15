package dev.stockpot.worker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Channels to the inputs and shards of the jobs at hand, opened once and shared by all threads:
 * positional reads and writes need no lock. Closed by {@link #release} and {@link #close}.
 */
public final class OpenFiles implements AutoCloseable {

  private record Key(String job, Path path, boolean writable) {}

  private final Map<Key, FileChannel> channels = new ConcurrentHashMap<>();

  /** An input, open for reading. */
  public FileChannel input(String job, Path path) throws IOException {
    return channel(new Key(job, path, false), StandardOpenOption.READ);
  }

  /** A staged shard, which must exist: a shard that is gone means that its job is over. */
  FileChannel shard(String job, Path path) throws IOException {
    return channel(new Key(job, path, true), StandardOpenOption.WRITE);
  }

  private FileChannel channel(Key key, OpenOption option) throws IOException {
    FileChannel known = channels.get(key);
    if (known != null) {
      return known;
    }
    FileChannel opened = FileChannel.open(key.path(), option);
    FileChannel raced = channels.putIfAbsent(key, opened);
    if (raced == null) {
      return opened;
    }
    opened.close();
    return raced;
  }

  /** Closes the files of one job. */
  void release(String job) {
    closeIf(job);
  }

  @Override
  public void close() {
    closeIf(null);
  }

  private void closeIf(@org.jspecify.annotations.Nullable String job) {
    for (Iterator<Map.Entry<Key, FileChannel>> each = channels.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<Key, FileChannel> entry = each.next();
      if (job != null && !entry.getKey().job().equals(job)) {
        continue;
      }
      each.remove();
      try {
        entry.getValue().close();
      } catch (IOException _) {
        // Everything written was forced before its receipt; nothing is lost with the descriptor.
      }
    }
  }
}
