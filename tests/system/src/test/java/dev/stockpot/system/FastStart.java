package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's ahead-of-time caches, one for each kind of process, which halve the CPU time that these
 * tests' processes take to start. They are recorded by a small cluster and a small merge before the
 * first process starts, and kept beside the classes until a jar changes.
 */
final class FastStart {

  /** What is shipped: without these tests' own classes. */
  static final String CLASS_PATH =
      String.join(
          File.pathSeparator,
          Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
              .filter(entry -> !entry.endsWith("test-classes") && Files.exists(Path.of(entry)))
              .toList());

  private static final String[] QUIET = {"-Xlog:aot=off", "-Xlog:cds=off"};

  /** The caches' directory while they are recorded; null before and after. */
  private static @Nullable Path recording;

  private static boolean tried;

  private FastStart() {}

  /** Flags of the JVM for a process that runs this command. */
  static synchronized List<String> flags(String command) {
    if (recording != null) {
      return List.of("-XX:AOTCacheOutput=" + cache(recording, command), QUIET[0], QUIET[1]);
    }
    Path directory = directory();
    if (!tried) {
      tried = true;
      if (Files.notExists(directory)) {
        record(directory);
      }
    }
    Path cache = cache(directory, command);
    return Files.exists(cache) ? List.of("-XX:AOTCache=" + cache, QUIET[0], QUIET[1]) : List.of();
  }

  private static Path cache(Path directory, String command) {
    String kind =
        switch (command) {
          case "coordinator", "worker" -> command;
          case "merge", "soce", "verify" -> "merge";
          default -> "client";
        };
    return directory.resolve(kind + ".aot");
  }

  /** Named by what stands on the class path. */
  private static Path directory() {
    StringBuilder jars = new StringBuilder(System.getProperty("java.home"));
    for (String entry : CLASS_PATH.split(File.pathSeparator, -1)) {
      File file = new File(entry);
      jars.append(file).append(file.length()).append(file.lastModified());
    }
    return Path.of("target/fast-start/%08x".formatted(jars.toString().hashCode())).toAbsolutePath();
  }

  /** Else a cache would hold less, and nobody would be told. */
  private static void done(StockpotProcess.Ended ended) {
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  private static void record(Path directory) {
    // The JVM records no classes that lie in directories, as in a development environment.
    if (Stream.of(CLASS_PATH.split(File.pathSeparator, -1))
        .anyMatch(e -> new File(e).isDirectory())) {
      return;
    }
    try {
      // What was recorded of other jars is of no use.
      MergeSite.delete(Objects.requireNonNull(directory.getParent()));
      recording = Files.createDirectories(directory.resolveSibling("recording"));
      MergeSite site = MergeSite.small(Files.createTempDirectory("stockpot-fast-start"));
      try (ClusterSite cluster = new ClusterSite(site.directory())) {
        cluster.startCoordinator(site.directory());
        cluster.startWorker("worker", site.directory());
        cluster.awaitWorkers(1);
        done(cluster.client("submit", site.plan().toString()));
        for (String node : List.of("worker", ClusterSite.COORDINATOR)) {
          cluster.node(node).signal("TERM");
          cluster.node(node).await();
        }
      }
      site.deleteOutput();
      done(site.merge());
      MergeSite.delete(site.directory());
      Files.move(recording, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      recording = null;
    }
  }
}
