package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's ahead-of-time caches, one for each kind of process, which halve the CPU time that these
 * tests' processes take to start. They are recorded by a small cluster and a small merge before the
 * first process starts, and kept beside the jars, for the tests of all modules, until one changes.
 */
final class FastStart {

  /** What was built to be shipped, with its libraries beside it; none where classes lie loose. */
  private static final Optional<Path> JAR =
      classPath()
          .filter(entry -> entry.endsWith("stockpot.jar"))
          .filter(jar -> Files.isDirectory(jar.resolveSibling("lib")))
          .findFirst();

  /** What is shipped: without these tests' own classes. */
  static final String CLASS_PATH =
      JAR.map(Path::toString)
          .orElseGet(() ->
              classPath()
                  .filter(entry -> !entry.endsWith("test-classes") && Files.exists(entry))
                  .map(Path::toString)
                  .collect(Collectors.joining(File.pathSeparator)));

  private static final String[] QUIET = {"-Xlog:aot=off", "-Xlog:cds=off"};

  /** The caches' directory while they are recorded; null before and after. */
  private static @Nullable Path recording;

  private static boolean tried;

  private FastStart() {}

  private static Stream<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of);
  }

  /** Flags of the JVM for a process that runs this command. */
  static synchronized List<String> flags(String command) {
    if (recording != null) {
      return List.of("-XX:AOTCacheOutput=" + cache(recording, command), QUIET[0], QUIET[1]);
    }
    // The JVM records no classes that lie in directories, as in a development environment.
    if (JAR.isEmpty()) {
      return List.of();
    }
    Path directory = directory(JAR.get());
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

  /** Named by what is shipped. */
  private static Path directory(Path jar) {
    StringBuilder jars = new StringBuilder(System.getProperty("java.home"));
    try (Stream<Path> libraries = Files.list(jar.resolveSibling("lib"))) {
      Stream.concat(Stream.of(jar), libraries.sorted())
          .map(Path::toFile)
          .forEach(file -> jars.append(file).append(file.length()).append(file.lastModified()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jar.resolveSibling("fast-start/%08x".formatted(jars.toString().hashCode()));
  }

  /** Else a cache would hold less, and nobody would be told. */
  private static void done(StockpotProcess.Ended ended) {
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  /** At their ends processes write their caches, which takes longer than what they did. */
  private static void record(Path directory) {
    Path work = null;
    try {
      // What was recorded of other jars is of no use.
      MergeSite.delete(Objects.requireNonNull(directory.getParent()));
      recording = Files.createDirectories(directory.resolveSibling("recording"));
      work = Files.createTempDirectory("stockpot-fast-start");
      MergeSite site = MergeSite.small(Files.createDirectory(work.resolve("served")));
      MergeSite alone = MergeSite.small(Files.createDirectory(work.resolve("alone")));
      try (ClusterSite cluster = new ClusterSite(work.resolve("nodes"));
          StockpotProcess merge = alone.start()) {
        cluster.startCoordinator(site.directory());
        cluster.startWorker("worker", site.directory());
        cluster.awaitWorkers(1);
        try (StockpotProcess client =
            cluster.startClient("submit", "--id", "soup", site.plan().toString())) {
          cluster.await("the client knows", () -> !client.printed().isEmpty());
          cluster.node("worker").signal("TERM");
          StockpotProcess coordinator = cluster.node(ClusterSite.COORDINATOR);
          cluster.await("the worker left", () -> coordinator.said().contains("out of the cluster"));
          coordinator.signal("TERM");
          done(client.await());
        }
        done(merge.await());
        cluster.node("worker").await();
        cluster.node(ClusterSite.COORDINATOR).await();
      }
      Files.move(recording, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      recording = null;
      if (work != null) {
        MergeSite.delete(work);
      }
    }
  }
}
