package dev.stockpot.hub.cache;

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
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Locks by {@code flock(2)}, as Python's {@code filelock} takes them; Java's own file locks are
 * others, which do not exclude those. Where the system or the file system has none, nothing is
 * locked: the cache stays right without, and only fetches some bytes twice.
 */
public final class Flock implements AutoCloseable {

  private static final Optional<Calls> CALLS = Calls.find();

  private final int descriptor;

  private Flock(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Takes the lock, if nobody has it; its file stays when it is given up.
   *
   * @return empty if somebody has it
   */
  static Optional<Flock> tryLock(Path file) throws IOException {
    try {
      Files.createFile(file);
      share(file);
    } catch (FileAlreadyExistsException _) {
      // It is somebody's.
    }
    return CALLS.isEmpty() ? Optional.of(new Flock(-1)) : CALLS.get().tryLock(file);
  }

  /** Other users of a cache that is shared wait for the lock too, and open it to write. */
  private static void share(Path file) {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    } catch (IOException | UnsupportedOperationException _) {
      // This file system knows no modes; then it has none to keep others out.
    }
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      CALLS.ifPresent(calls -> calls.close(descriptor));
    }
  }

  /** The system calls, with {@code errno} captured. */
  private record Calls(MethodHandle open, MethodHandle flock, MethodHandle close) {

    private static final int O_RDWR = 2;
    private static final int O_NOFOLLOW = 0x20000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EXCLUSIVE_NOW = 2 | 4;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    @SuppressWarnings("restricted") // The launcher enables native access.
    static Optional<Calls> find() {
      if (!System.getProperty("os.name").equals("Linux")
          || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      FunctionDescriptor two =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
      return Optional.of(
          new Calls(
              linker.downcallHandle(
                  linker.defaultLookup().findOrThrow("open"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                  errno,
                  Linker.Option.firstVariadicArg(2)),
              linker.downcallHandle(linker.defaultLookup().findOrThrow("flock"), two, errno),
              linker.downcallHandle(
                  linker.defaultLookup().findOrThrow("close"),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
    }

    Optional<Flock> tryLock(Path file) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        int descriptor =
            (int)
                open.invokeExact(
                    state, arena.allocateFrom(file.toString()), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (descriptor < 0) {
          throw new FileSystemException(
              file.toString(), null, "the lock cannot be opened (errno " + errno(state) + ")");
        }
        int result;
        do {
          result = (int) flock.invokeExact(state, descriptor, EXCLUSIVE_NOW);
        } while (result != 0 && errno(state) == EINTR);
        boolean isHeld = result != 0 && errno(state) == EAGAIN;
        if (isHeld || !isStillThere(file, descriptor)) {
          close(descriptor);
          return Optional.empty();
        }
        return Optional.of(new Flock(descriptor));
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError("a downcall throws nothing checked", e);
      }
    }

    /** Some who give a lock up delete its file: who got the lock of a deleted file has nothing. */
    private static boolean isStillThere(Path file, int descriptor) throws IOException {
      try {
        Object locked =
            Files.readAttributes(Path.of("/proc/self/fd/" + descriptor), BasicFileAttributes.class)
                .fileKey();
        Object named =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return named.equals(locked);
      } catch (NoSuchFileException _) {
        return Files.notExists(Path.of("/proc/self/fd"));
      }
    }

    void close(int descriptor) {
      try {
        int _ = (int) close.invokeExact(descriptor);
      } catch (Throwable e) {
        throw new AssertionError("a downcall throws nothing checked", e);
      }
    }

    private static int errno(MemorySegment state) {
      return (int) ERRNO.get(state, 0L);
    }
  }
}
