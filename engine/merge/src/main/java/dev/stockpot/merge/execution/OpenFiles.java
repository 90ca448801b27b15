package dev.stockpot.merge.execution;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
 *
 * <p>Positional reads into a cached buffer, not mapped files: a mapped file that is truncated while
 * it is read ends the process with SIGBUS, a positional read ends in an error that can be told.
 */
public final class OpenFiles implements InputSource, AutoCloseable {

  private record Key(Path path, boolean writable) {}

  /** Opens a file, or refuses to. */
  public interface Opener {
    FileChannel open(Path path, OpenOption option) throws IOException;
  }

  private final Opener opener;
  private final Map<Key, FileChannel> channels = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Files wherever they are. */
  public OpenFiles() {
    this((path, option) -> RegularFiles.open(path, option));
  }

  /** Files that the opener admits. */
  public OpenFiles(Opener opener) {
    this.opener = opener;
  }

  /** An input, open for reading. */
  public FileChannel input(Path path) throws IOException {
    return channel(new Key(path, false), StandardOpenOption.READ);
  }

  /** A staged shard, which must exist: a shard that is gone means that its job is over. */
  public FileChannel shard(Path path) throws IOException {
    return channel(new Key(path, true), StandardOpenOption.WRITE);
  }

  @Override
  public RangeReader open(MergeSpec spec, TensorTask task, int source) throws IOException {
    SourceRange range = task.sources().get(source);
    String path = spec.input(range.input()).path();
    return new FileRange(input(Path.of(path)), path, task.tensor(), range);
  }

  private FileChannel channel(Key key, OpenOption option) throws IOException {
    FileChannel known = channels.get(key);
    if (known == null) {
      FileChannel opened = opener.open(key.path(), option);
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

  /** Closes an input that turned out to be another file than the job's. */
  public void closeInput(Path path) {
    FileChannel channel = channels.remove(new Key(path, false));
    if (channel != null) {
      close(channel);
    }
  }

  /** Closes every channel, also under a thread that is reading or writing. */
  @Override
  public void close() {
    closed = true;
    channels.values().forEach(OpenFiles::close);
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Everything written was forced before its receipt; nothing is lost with the descriptor.
    }
  }

  private static final class FileRange implements RangeReader {
    private final FileChannel channel;
    private final String path;
    private final String tensor;
    private final SourceRange range;
    private long position;

    FileRange(FileChannel channel, String path, String tensor, SourceRange range) {
      this.channel = channel;
      this.path = path;
      this.tensor = tensor;
      this.range = range;
      this.position = range.offset();
    }

    @Override
    public void read(MemorySegment target) throws IOException {
      ByteBuffer view = target.asByteBuffer();
      while (view.hasRemaining()) {
        if (channel.read(view, position + view.position()) < 0) {
          throw MergeException.userInput(
              "%s: %s: the file ends at byte %d, but the tensor's bytes go to %d; it was truncated after the merge began"
                  .formatted(path, tensor, channel.size(), range.offset() + range.length()));
        }
      }
      position += target.byteSize();
    }

    /** The channel is the job's. */
    @Override
    public void close() {}
  }
}
