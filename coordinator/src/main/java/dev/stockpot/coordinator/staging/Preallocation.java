package dev.stockpot.coordinator.staging;

import java.io.IOException;
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
import java.util.Optional;

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

  private static final Optional<Fallocate> FALLOCATE = Fallocate.find();

  private Preallocation() {}

  /**
   * Creates the file, empty of meaning.
   *
   * @return whether the file system took the room at once; false where zeros were written
   * @throws IOException that says "No space left" where there is none
   */
  public static boolean create(Path file, long size) throws IOException {
    FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW).close();
    if (FALLOCATE.isPresent() && FALLOCATE.get().allocate(file, size)) {
      return true;
    }
    writeZeros(file, size);
    return false;
  }

  /** Takes the blocks of a file that exists by writing all of it. */
  static void writeZeros(Path file, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, size));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
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
    boolean allocate(Path file, long size) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        int descriptor =
            (int) open.invokeExact(state, arena.allocateFrom(file.toString()), O_WRONLY);
        if (descriptor < 0) {
          return false;
        }
        try {
          int result;
          do {
            result = (int) fallocate.invokeExact(state, descriptor, 0, 0L, size);
          } while (result != 0 && errno(state) == EINTR);
          if (result != 0 && (errno(state) == ENOSPC || errno(state) == EDQUOT)) {
            throw new IOException(file + ": No space left for " + size + " bytes");
          }
          return result == 0;
        } finally {
          int _ = (int) close.invokeExact(descriptor);
        }
      } catch (IOException | RuntimeException | Error e) {
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
