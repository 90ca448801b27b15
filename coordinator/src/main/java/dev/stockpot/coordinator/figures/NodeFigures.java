package dev.stockpot.coordinator.figures;

import com.typesafe.config.Config;
import dev.stockpot.metrics.Metrics;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A coordinator's process: whether it is the active one, and how much room there is on its file
 * systems. Safe for any thread.
 */
public final class NodeFigures {

  private static final Logger LOG = LoggerFactory.getLogger(NodeFigures.class);
  private static final Duration EVERY = Duration.ofSeconds(30);

  /** What was seen longer ago, in times of a look, is not shown. */
  private static final int STALE = 3;

  /** Looks at the file system of a directory; may take for ever. */
  @FunctionalInterface
  interface Look {
    Room at(Path directory) throws IOException;
  }

  private final Map<Path, Seen> rooms = new ConcurrentHashMap<>();
  private final Set<Path> faulty = ConcurrentHashMap.newKeySet();
  private final Duration every;
  private volatile boolean active;

  record Room(long bytes, long free) {}

  private record Seen(Room room, long nanos) {}

  /** Those of this process, which show from the first time on. */
  public static NodeFigures of(Metrics metrics, Config root) {
    Config coordinator = root.getConfig("stockpot.coordinator");
    List<Path> directories =
        Stream.concat(
                Stream.of(coordinator.getString("data-dir")),
                coordinator.getStringList("roots").stream())
            .map(Path::of)
            .distinct()
            .toList();
    return metrics.part(
        NodeFigures.class,
        registry ->
            new NodeFigures(
                registry,
                coordinator.getString("journal-kind"),
                directories,
                NodeFigures::room,
                EVERY));
  }

  /**
   * Shows from now on; once for a process.
   *
   * @param journal what the journal is in, which decides whether another coordinator can stand by
   * @param directories whose file systems are looked at, each by itself
   * @param every how often
   */
  NodeFigures(
      PrometheusRegistry registry,
      String journal,
      List<Path> directories,
      Look look,
      Duration every) {
    this.every = every;
    GaugeWithCallback.builder()
        .name("stockpot_coordinator_active")
        .help("1 for the coordinator that coordinates, 0 for one that stands by.")
        .labelNames("journal")
        .callback(told -> told.call(active ? 1 : 0, journal))
        .register(registry);
    room(registry, "stockpot_filesystem_bytes", "Size of the file system.", Room::bytes);
    room(
        registry,
        "stockpot_filesystem_free_bytes",
        "What of it this process may still use.",
        Room::free);
    // A file system that hangs keeps one thread, and there is one for each.
    ScheduledExecutorService looking =
        Executors.newScheduledThreadPool(
            directories.size(), Thread.ofPlatform().daemon().name("file-system-", 0).factory());
    for (Path directory : directories) {
      var _ =
          looking.scheduleWithFixedDelay(
              () -> look(directory, look), 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void room(
      PrometheusRegistry registry, String name, String help, ToLongFunction<Room> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("directory")
        .callback(told ->
            rooms.forEach((directory, seen) -> {
              if (System.nanoTime() - seen.nanos() < STALE * every.toNanos()) {
                told.call((double) value.applyAsLong(seen.room()), directory.toString());
              }
            }))
        .register(registry);
  }

  private static Room room(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return new Room(store.getTotalSpace(), store.getUsableSpace());
  }

  private void look(Path directory, Look look) {
    try {
      rooms.put(directory, new Seen(look.at(directory), System.nanoTime()));
    } catch (IOException _) {
      // It is not there yet, or no more.
      rooms.remove(directory);
    } catch (RuntimeException e) {
      rooms.remove(directory);
      if (faulty.add(directory)) {
        LOG.error("{}: nothing can be said of its file system; this is told once", directory, e);
      }
    }
  }

  /** Whether this process coordinates from now on. */
  public void active(boolean coordinates) {
    active = coordinates;
  }
}
