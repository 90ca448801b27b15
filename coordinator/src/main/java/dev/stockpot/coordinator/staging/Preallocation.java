package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Creates files whose blocks are really there, so that a full file system shows at once: by Linux's
 * {@code fallocate}, and by writing zeros where there is none or the file system does not know it.
 */
public final class Preallocation {

  private static final int O_WRONLY = 1;
  private static final int EINTR = 4;
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final int ZEROS = 1 << 20;

  /** Bytes taken at a time: few hundredths of a second where that means to clear memory. */
  private static final long PIECE = 64L << 20;

  private static final Optional<Fallocate> FALLOCATE = Fallocate.find();

  private Preallocation() {}

  private record Piece(Path file, long from, long length, boolean last) {}

  /**
   * Creates the file, empty of meaning.
   *
   * @return whether the file system took the room at once; false where zeros were written
   * @throws IOException that says "No space left" where there is none
   */
  public static boolean create(Path file, long size) throws IOException {
    return create(Map.of(file, size));
  }

  /**
   * Creates the files by their sizes, empty of meaning, on several threads. A file has its full
   * size only when all of its room is taken.
   *
   * <p>A file system works on one file at a time for one thread; a second one would burn its time
   * waiting for the first. So there are no more threads than files, and they take turns at them.
   *
   * @return whether the file system took the room at once; false where zeros were written
   * @throws IOException that says "No space left" where there is none
   */
  static boolean create(Map<Path, Long> sizes) throws IOException {
    for (Path file : sizes.keySet()) {
      RegularFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW).close();
    }
    Set<Path> left = ConcurrentHashMap.newKeySet();
    if (FALLOCATE.isPresent()) {
      List<Piece> pieces = pieces(sizes);
      int threads = Math.min(sizes.size(), Runtime.getRuntime().availableProcessors());
      for (boolean last : List.of(false, true)) {
        allocate(
            pieces.stream().filter(piece -> piece.last() == last).toList(),
            threads,
            FALLOCATE.get(),
            left);
      }
    } else {
      left.addAll(sizes.keySet());
    }
    for (Map.Entry<Path, Long> each : sizes.entrySet()) {
      if (left.contains(each.getKey())) {
        writeZeros(each.getKey(), each.getValue());
      }
    }
    return left.isEmpty();
  }

  /** The first pieces of all files, then their second ones, and so on. */
  private static List<Piece> pieces(Map<Path, Long> sizes) {
    long longest = sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    List<Piece> pieces = new ArrayList<>();
    for (long from = 0; from < longest; from += PIECE) {
      for (Map.Entry<Path, Long> each : sizes.entrySet()) {
        long rest = each.getValue() - from;
        if (rest > 0) {
          pieces.add(new Piece(each.getKey(), from, Math.min(PIECE, rest), rest <= PIECE));
        }
      }
    }
    return pieces;
  }

  /** Adds to {@code left} the files that the file system cannot allocate in this way. */
  private static void allocate(List<Piece> pieces, int threads, Fallocate fallocate, Set<Path> left)
      throws IOException {
    AtomicInteger next = new AtomicInteger();
    try {
      IntStream.range(0, threads)
          .parallel()
          .forEach(_ -> {
            for (int i = next.getAndIncrement(); i < pieces.size(); i = next.getAndIncrement()) {
              Piece piece = pieces.get(i);
              if (!left.contains(piece.file()) && !fallocate.allocate(piece)) {
                left.add(piece.file());
              }
            }
          });
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** Takes the blocks of a file that exists by writing all of it. */
  static void writeZeros(Path file, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, size));
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      for (long at = 0; at < size; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
        at += channel.write(zeros, at);
      }
    }
  }

  /** The system calls, with {@code errno} captured. */
  private record Fallocate(MethodHandle open, MethodHandle fallocate, MethodHandle close) {

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    @SuppressWarnings("restricted") // The launcher enables native access.
    static Optional<Fallocate> find() {
      if (!System.getProperty("os.name").equals("Linux")
          || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      return Optional.of(
          new Fallocate(
              linker.downcallHandle(
                  linker.defaultLookup().findOrThrow("open"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                  errno),
              linker.downcallHandle(
                  linker.defaultLookup().findOrThrow("fallocate"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_LONG),
                  errno),
              linker.downcallHandle(
                  linker.defaultLookup().findOrThrow("close"),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
    }

    /** False where the file system cannot; the file is as it was then. */
    boolean allocate(Piece piece) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        MemorySegment path = arena.allocateFrom(piece.file().toString());
        int descriptor = (int) open.invokeExact(state, path, O_WRONLY);
        if (descriptor < 0) {
          return false;
        }
        try {
          int result;
          do {
            result =
                (int) fallocate.invokeExact(state, descriptor, 0, piece.from(), piece.length());
          } while (result != 0 && errno(state) == EINTR);
          if (result != 0 && (errno(state) == ENOSPC || errno(state) == EDQUOT)) {
            throw new UncheckedIOException(
                new IOException(
                    "%s: No space left for bytes %d to %d"
                        .formatted(piece.file(), piece.from(), piece.from() + piece.length())));
          }
          return result == 0;
        } finally {
          int _ = (int) close.invokeExact(descriptor);
        }
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError("a downcall throws nothing checked", e);
      }
    }

    private static int errno(MemorySegment state) {
      return (int) ERRNO.get(state, 0L);
    }
  }
}
