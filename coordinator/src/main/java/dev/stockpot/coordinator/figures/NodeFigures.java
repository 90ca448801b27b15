package dev.stockpot.coordinator.figures;

import com.typesafe.config.Config;
import dev.stockpot.metrics.Metrics;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A coordinator's process: whether it is the active one, and how much room there is on its file
 * systems. Safe for any thread.
 */
public final class NodeFigures {

  private static final long LOOK_SECONDS = 30;

  private final Map<Path, Room> rooms = new ConcurrentHashMap<>();
  private volatile boolean active;

  private record Room(long bytes, long free) {}

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
        registry -> new NodeFigures(registry, coordinator.getString("journal-kind"), directories));
  }

  /**
   * Shows from now on; once for a process.
   *
   * @param journal what the journal is in, which decides whether another coordinator can stand by
   * @param directories whose file systems are looked at, every now and then
   */
  NodeFigures(PrometheusRegistry registry, String journal, List<Path> directories) {
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
    // A file system that hangs keeps this thread, and nobody else.
    ScheduledExecutorService looking =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("file-systems").factory());
    var _ =
        looking.scheduleWithFixedDelay(
            () -> directories.forEach(this::look), 0, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void room(
      PrometheusRegistry registry, String name, String help, ToLongFunction<Room> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("directory")
        .callback(told ->
            rooms.forEach((directory, room) ->
                told.call((double) value.applyAsLong(room), directory.toString())))
        .register(registry);
  }

  private void look(Path directory) {
    try {
      FileStore store = Files.getFileStore(directory);
      rooms.put(directory, new Room(store.getTotalSpace(), store.getUsableSpace()));
    } catch (IOException _) {
      // It is not there yet, or no more.
      rooms.remove(directory);
    }
  }

  /** Whether this process coordinates from now on. */
  public void active(boolean coordinates) {
    active = coordinates;
  }
}
