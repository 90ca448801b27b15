package dev.stockpot.worker;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Channels to the inputs and shards of one job, opened once and shared by all threads: positional
 * reads and writes need no lock. Once closed, it opens nothing any more.
 */
public final class OpenFiles implements AutoCloseable {

  private record Key(Path path, boolean writable) {}

  private final Map<Key, FileChannel> channels = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** An input, open for reading. */
  public FileChannel input(Path path) throws IOException {
    return channel(new Key(path, false), StandardOpenOption.READ);
  }

  /** A staged shard, which must exist: a shard that is gone means that its job is over. */
  FileChannel shard(Path path) throws IOException {
    return channel(new Key(path, true), StandardOpenOption.WRITE);
  }

  private FileChannel channel(Key key, OpenOption option) throws IOException {
    FileChannel known = channels.get(key);
    if (known == null) {
      FileChannel opened = FileChannel.open(key.path(), option);
      known = channels.putIfAbsent(key, opened);
      if (known == null) {
        known = opened;
      } else {
        opened.close();
      }
    }
    // Asked last: whoever closes may have been through the map before this channel came into it.
    if (closed) {
      known.close();
      throw new ClosedChannelException();
    }
    return known;
  }

  /** Closes every channel, also under a thread that is reading or writing. */
  @Override
  public void close() {
    closed = true;
    for (FileChannel channel : channels.values()) {
      try {
        channel.close();
      } catch (IOException _) {
        // Everything written was forced before its receipt; nothing is lost with the descriptor.
      }
    }
  }
}
