package dev.stockpot.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Compares ways to read a file once, by two threads that each take the CRC-32C of what they read:
 * with the file in the page cache, and with none of it there. Linux only.
 */
final class ReadPaths {

  private static final int THREADS = 2;
  private static final int BLOCK = 4096;
  private static final int POSIX_FADV_DONTNEED = 4;
  private static final int O_RDONLY = 0;

  /** A part of the file, from one offset to another, by one of the ways. */
  private interface Reader {
    void read(FileChannel file, long from, long to) throws IOException;
  }

  private record Way(
      String name, Reader reader, Set<OpenOption> options, List<Double> warm, List<Double> cold) {

    Way(String name, Reader reader, Set<OpenOption> options) {
      this(name, reader, options, new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Path file;
  private final int runs;

  /**
   * Reads nothing yet.
   *
   * @param runs of each way, whose median is printed
   */
  ReadPaths(Path file, int runs) {
    this.file = file;
    this.runs = runs;
  }

  void compare() throws Exception {
    List<Way> ways = new ArrayList<>();
    for (int chunk : new int[] {128 << 10, 1 << 20, 8 << 20}) {
      ways.add(new Way("positional, %d KiB".formatted(chunk >> 10), positional(chunk), Set.of()));
    }
    ways.add(new Way("mapped", ReadPaths::mapped, Set.of()));
    for (int chunk : new int[] {1 << 20, 8 << 20}) {
      ways.add(
          new Way("direct, %d KiB".formatted(chunk >> 10), positional(chunk), Set.of(direct())));
    }
    // All ways in turn, so that a busy moment of the host does not hit one of them alone; the
    // first round compiles.
    for (int round = 0; round <= runs; round++) {
      for (Way way : ways) {
        read(ways.getFirst());
        double warm = read(way);
        drop(file);
        double cold = read(way);
        if (round > 0) {
          way.warm().add(warm);
          way.cold().add(cold);
        }
      }
    }
    Figures.line("%-34s %8s %8s", "GB/s, two threads, with CRC-32C", "warm", "cold");
    for (Way way : ways) {
      Figures.line(
          "%-34s %8.2f %8.2f", way.name(), Figures.median(way.warm()), Figures.median(way.cold()));
    }
    Figures.line("load %s", Figures.load());
  }

  /** Named as text: the compiler warns of its package, whatever it is told. */
  private static OpenOption direct() throws ClassNotFoundException {
    for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
      if (option.toString().equals("DIRECT")) {
        return (OpenOption) option;
      }
    }
    throw new IllegalStateException("this JDK has no direct IO");
  }

  /** Gigabytes a second. */
  private double read(Way way) throws IOException, InterruptedException, ExecutionException {
    Set<OpenOption> all = new HashSet<>(way.options());
    all.add(StandardOpenOption.READ);
    try (FileChannel channel = FileChannel.open(file, all);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      long blocks = channel.size() / BLOCK;
      long start = System.nanoTime();
      var parts =
          threads.invokeAll(
              IntStream.range(0, THREADS)
                  .mapToObj(part ->
                      (Callable<Object>)
                          () -> {
                            way.reader()
                                .read(
                                    channel,
                                    blocks * part / THREADS * BLOCK,
                                    blocks * (part + 1) / THREADS * BLOCK);
                            return true;
                          })
                  .toList());
      for (Future<Object> part : parts) {
        part.get();
      }
      return (double) blocks * BLOCK / (System.nanoTime() - start);
    }
  }

  private static Reader positional(int chunk) {
    return (file, from, to) -> {
      CRC32C crc = new CRC32C();
      try (Arena arena = Arena.ofConfined()) {
        ByteBuffer buffer = arena.allocate(chunk, BLOCK).asByteBuffer();
        for (long at = from; at < to; at += buffer.limit()) {
          buffer.clear().limit((int) Math.min(chunk, to - at));
          if (file.read(buffer, at) <= 0) {
            throw new IOException("the file became shorter");
          }
          crc.update(buffer.flip());
        }
      }
    };
  }

  private static void mapped(FileChannel file, long from, long to) throws IOException {
    CRC32C crc = new CRC32C();
    try (Arena arena = Arena.ofConfined()) {
      crc.update(file.map(FileChannel.MapMode.READ_ONLY, from, to - from, arena).asByteBuffer());
    }
  }

  /** Drops a file, and nothing else, from the page cache. */
  @SuppressWarnings("restricted") // The script enables native access.
  static void drop(Path file) {
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        downcall(
            linker,
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MethodHandle advise =
        downcall(
            linker,
            "posix_fadvise",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    MethodHandle close =
        downcall(
            linker, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(file.toString());
      int descriptor = (int) open.invokeExact(name, O_RDONLY);
      int refused = (int) advise.invokeExact(descriptor, 0L, 0L, POSIX_FADV_DONTNEED);
      int _ = (int) close.invokeExact(descriptor);
      if (descriptor < 0 || refused != 0) {
        throw new IOException(file + ": cannot be dropped from the page cache");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted") // The script enables native access.
  private static MethodHandle downcall(Linker linker, String name, FunctionDescriptor type) {
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}
