package dev.stockpot.hub.transfer;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Objects;
import java.util.UUID;

/**
 * A blob that is not whole: {@code ETAG.stockpot.incomplete} beside it, and, where it has several
 * pieces, {@code ETAG.stockpot.pieces}, a byte for each that says whether it is there. A byte is
 * set after its piece was written, so whatever ends the process leaves a true record; what a power
 * failure takes of the pieces shows when the whole is checked.
 *
 * <p>The blob's lock is held. Where that is worth nothing (a file system whose {@code flock} lets
 * everybody in), who comes second finds the file locked in Java's way and takes one of its own.
 */
final class Partial implements AutoCloseable {

  private static final byte[] MAGIC = "stockpot pieces\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = MAGIC.length + 2 * Long.BYTES;

  private final Path blob;
  private final Path file;
  private final Path record;
  private final long size;
  private final long pieceBytes;
  private final FileChannel bytes;
  private final FileChannel pieces;

  private Partial(Path blob, String name, long size, long pieceBytes) throws IOException {
    this.blob = blob;
    this.size = size;
    this.pieceBytes = pieceBytes;
    this.file = blob.resolveSibling(blob.getFileName() + name + ".incomplete");
    this.record = blob.resolveSibling(blob.getFileName() + name + ".pieces");
    this.bytes = open(file);
    try {
      this.pieces = open(record);
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  private static FileChannel open(Path path) throws IOException {
    return RegularFiles.open(
        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  /** Opens what an earlier run left, or begins. */
  static Partial open(Path blob, long size, long pieceBytes) throws IOException {
    Files.createDirectories(Objects.requireNonNull(blob.getParent()));
    Partial usual = new Partial(blob, ".stockpot", size, pieceBytes);
    if (usual.lock()) {
      return usual;
    }
    usual.close();
    String unique = "." + UUID.randomUUID().toString().substring(0, 8);
    Partial own = new Partial(blob, unique, size, pieceBytes);
    own.lock();
    return own;
  }

  private boolean lock() throws IOException {
    try {
      return bytes.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      return false;
    } catch (IOException _) {
      // No such locks here: then there is only the blob's.
      return true;
    }
  }

  /** The pieces that are there; none where the record is of another division, or missing. */
  BitSet done() throws IOException {
    int count = Pieces.count(size, pieceBytes);
    ByteBuffer read = ByteBuffer.allocate(HEADER + count);
    while (read.hasRemaining() && pieces.read(read, read.position()) >= 0) {
      // More may come.
    }
    BitSet done = new BitSet(count);
    if (!read.hasRemaining() && header().equals(read.flip().slice(0, HEADER))) {
      for (int i = 0; i < count; i++) {
        boolean isThere = read.get(HEADER + i) == 1;
        long end = Math.min(size, (i + 1L) * pieceBytes);
        done.set(i, isThere && bytes.size() >= end);
      }
      return done;
    }
    clear();
    return done;
  }

  private ByteBuffer header() {
    return ByteBuffer.allocate(HEADER).put(MAGIC).putLong(size).putLong(pieceBytes).flip();
  }

  /** Begins anew. */
  void clear() throws IOException {
    pieces.truncate(0);
    bytes.truncate(0);
    ByteBuffer all = ByteBuffer.allocate(HEADER + Pieces.count(size, pieceBytes));
    all.put(header()).rewind();
    writeAll(pieces, all, 0);
  }

  void write(ByteBuffer from, long at) throws IOException {
    writeAll(bytes, from, at);
  }

  private static void writeAll(FileChannel to, ByteBuffer from, long at) throws IOException {
    long next = at;
    while (from.hasRemaining()) {
      next += to.write(from, next);
    }
  }

  void done(int piece) throws IOException {
    writeAll(pieces, ByteBuffer.wrap(new byte[] {1}), HEADER + (long) piece);
  }

  int read(ByteBuffer into, long at) throws IOException {
    return bytes.read(into, at);
  }

  /** Puts the blob in its place; all of it is on storage then. */
  void commit() throws IOException {
    bytes.force(true);
    Files.move(file, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(record);
  }

  /** Throws away what is there. */
  void delete() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(record);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
    pieces.close();
  }

  /** Bytes that an earlier run left of a blob, by its record. */
  static long leftBytes(Path blob, long size, long pieceBytes) {
    Path record = blob.resolveSibling(blob.getFileName() + ".stockpot.pieces");
    Path file = blob.resolveSibling(blob.getFileName() + ".stockpot.incomplete");
    try {
      long there = RegularFiles.size(file);
      byte[] read = RegularFiles.bytes(record, HEADER + Pieces.count(size, pieceBytes));
      long left = 0;
      for (int i = HEADER; i < read.length; i++) {
        long from = (i - HEADER) * pieceBytes;
        long length = Math.min(pieceBytes, size - from);
        left += read[i] == 1 && from + length <= there ? length : 0;
      }
      return left;
    } catch (IOException _) {
      return 0;
    }
  }
}
