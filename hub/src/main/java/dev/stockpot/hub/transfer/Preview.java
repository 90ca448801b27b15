package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import dev.stockpot.hub.Snapshot;
import dev.stockpot.hub.cache.HubCache;
import dev.stockpot.hub.client.Hub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A checkpoint's directory without its weights: small files whole, and every safetensors file as a
 * sparse one of the right size that holds its header. It is planned on as any directory is. Large
 * files beside the weights, which are tokenizers, are there only if the cache has them.
 */
public final class Preview {

  /** Most headers of shards end within it. */
  private static final int FIRST = 64 << 10;

  private static final int LARGEST = 128 << 10;
  private static final long LARGEST_HEADERS = 256L << 20;

  private final Hub hub;
  private final HubCache cache;
  private final Path directory;
  private final int folder;
  private long asked;
  private long headers;

  private Preview(Hub hub, HubCache cache, Snapshot snapshot, Path directory) {
    this.hub = hub;
    this.cache = cache;
    this.directory = directory;
    String subfolder = snapshot.reference().subfolder();
    this.folder = subfolder.isEmpty() ? 0 : subfolder.length() + 1;
  }

  /**
   * Writes the directory. Files that the cache holds become links to it.
   *
   * @param directory new or empty
   * @return the bytes that were asked for
   * @throws HubException where the hub does not give them
   */
  public static long write(Hub hub, HubCache cache, Snapshot snapshot, Path directory) {
    Preview preview = new Preview(hub, cache, snapshot, directory);
    try {
      ModelFiles files = ModelFiles.of(hub, cache, snapshot);
      for (HubFile file : files.metadata()) {
        preview.small(file);
      }
      for (HubFile file : files.weights()) {
        preview.weights(file);
      }
      return preview.asked;
    } catch (IOException e) {
      throw new HubException(
          Kind.LOCAL, "%s: %s".formatted(snapshot.pinned(), FileErrors.located(e)), e);
    }
  }

  private Path place(HubFile file) throws IOException {
    Path place = directory.resolve(file.path().substring(folder)).normalize();
    if (!place.startsWith(directory.normalize())) {
      throw new IllegalArgumentException("a path that leaves its directory: " + file.path());
    }
    Files.createDirectories(Objects.requireNonNull(place.getParent()));
    return place;
  }

  /** Whether the cache has it, and a link to it is made. */
  private boolean isLinked(HubFile file) throws IOException {
    Optional<Path> cached = cache.find(file);
    if (cached.isEmpty()) {
      return false;
    }
    Files.createSymbolicLink(place(file), cached.get().toRealPath());
    return true;
  }

  private void small(HubFile file) throws IOException {
    boolean isNeeded = file.size() <= LARGEST || file.name().equals(ModelFiles.INDEX);
    if (!isLinked(file) && isNeeded) {
      asked += file.size();
      Files.write(place(file), WholeFile.read(hub, file, ModelFiles.LARGEST_INDEX));
    }
  }

  private void weights(HubFile file) throws IOException {
    if (isLinked(file)) {
      return;
    }
    byte[] header = read(file, 0, (int) Math.min(FIRST, file.size()));
    int end = SafetensorsHeader.dataStart(header, file.size(), file.path());
    headers += end;
    if (headers > LARGEST_HEADERS) {
      throw new HubException(
          Kind.REFUSED,
          "%s: the headers of its weights have more than %,d bytes"
              .formatted(file.repository(), LARGEST_HEADERS));
    }
    if (end > header.length) {
      byte[] rest = read(file, header.length, end - header.length);
      int first = header.length;
      header = Arrays.copyOf(header, end);
      System.arraycopy(rest, 0, header, first, rest.length);
    }
    try (FileChannel to =
        FileChannel.open(
            place(file),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE)) {
      ByteBuffer bytes = ByteBuffer.wrap(header, 0, Math.min(header.length, end));
      while (bytes.hasRemaining()) {
        to.write(bytes, bytes.position());
      }
      if (file.size() > bytes.position()) {
        to.write(ByteBuffer.wrap(new byte[1]), file.size() - 1);
      }
    }
  }

  private byte[] read(HubFile file, long from, int length) {
    asked += length;
    return hub.read(file, from, length);
  }
}
