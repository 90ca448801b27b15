package dev.stockpot.coordinator.desk;

import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Which devices of one node do a job's tasks: the CPU or the GPUs, whichever would be done first if
 * the node did the whole job alone. They share the cores, which read, write and take checksums for
 * a GPU too, and the memory, so both together are seldom faster than the better one. Somebody
 * always serves.
 *
 * @param idle workers of the node that are given none of the job's tasks
 * @param choice what to tell of it; empty where there was none
 */
record Placement(Set<WorkerId> idle, Optional<BoardNews.Placed> choice) {

  static final Placement ALL_SERVE = new Placement(Set.of(), Optional.empty());

  /** A GPU has better to do than what a CPU does nearly as fast. */
  private static final double WORTH_A_GPU = 1.1;

  /** Of a GPU's memory for sources that stay there; the rest is for what comes and goes. */
  private static final double MEMORY_FOR_SOURCES = 0.8;

  Placement {
    idle = Set.copyOf(idle);
  }

  /** What keeps a device from being faster, and the seconds that the job takes for that. */
  private record Limit(double seconds, String what) {
    static Limit of(long bytes, long bytesPerSecond, String what) {
      return new Limit(
          bytes / (double) bytesPerSecond,
          String.format(Locale.ROOT, "%s (%.1f GB/s)", what, bytesPerSecond / 1e9));
    }

    Limit or(Limit other) {
      return seconds >= other.seconds ? this : other;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f s at best, limited by %s", seconds, what);
    }
  }

  /**
   * Chooses among the workers of one node.
   *
   * @param storage bytes per second that the job's inputs come at; empty if nobody knows
   */
  static Placement of(Collection<WorkerReported> workers, JobShape shape, OptionalLong storage) {
    if (!isChoice(workers)) {
      return ALL_SERVE;
    }
    List<WorkerReported> cpus = working(workers, Device.CPU);
    List<WorkerReported> gpus = working(workers, Device.CUDA);
    Limit cpu = limit(cpus, shape.readBytes(), shape, storage, "cores");
    double kept = kept(gpus, shape);
    long fresh = Math.round((1 - kept) * shape.readBytes());
    Limit gpu = limit(gpus, fresh, shape, storage, "bus");
    long feeds = sum(cpus, DeviceRates::feeds);
    if (feeds > 0) {
      gpu = gpu.or(Limit.of(fresh + shape.writtenBytes(), feeds, "the cores that feed it"));
    }
    boolean onGpu = cpu.seconds() > WORTH_A_GPU * gpu.seconds();
    String stay =
        kept == 0
            ? ""
            : String.format(Locale.ROOT, " with %.0f %% of the sources in its memory", 100 * kept);
    String node = node(cpus.getFirst().worker());
    BoardNews.Placed choice =
        onGpu
            ? new BoardNews.Placed(
                node + "merging on the GPU", "%s%s; the CPU: %s".formatted(gpu, stay, cpu))
            : new BoardNews.Placed(
                node + "merging on the CPU",
                "%s; the GPU gains little: %s%s".formatted(cpu, gpu, stay));
    return new Placement(
        (onGpu ? cpus : gpus).stream().map(WorkerReported::worker).collect(Collectors.toSet()),
        Optional.of(choice));
  }

  /**
   * Whether the node has working devices of both kinds that were measured. Devices that were not
   * are all meant to serve.
   */
  static boolean isChoice(Collection<WorkerReported> workers) {
    List<WorkerReported> working = working(workers);
    return working.stream().allMatch(worker -> worker.device().rates().measured())
        && working.stream().map(worker -> worker.device().kind()).distinct().count() > 1;
  }

  private static List<WorkerReported> working(Collection<WorkerReported> workers) {
    return workers.stream().filter(worker -> worker.state() == WorkerState.WORKING).toList();
  }

  private static List<WorkerReported> working(Collection<WorkerReported> workers, String kind) {
    return working(workers).stream().filter(worker -> worker.device().kind().equals(kind)).toList();
  }

  private static Limit limit(
      List<WorkerReported> devices,
      long readBytes,
      JobShape shape,
      OptionalLong storage,
      String in) {
    Limit limit =
        Limit.of(readBytes, sum(devices, DeviceRates::in), "its " + in)
            .or(Limit.of(shape.writtenBytes(), sum(devices, DeviceRates::out), "its output"));
    return storage.isPresent()
        ? limit.or(Limit.of(readBytes, Math.max(1, storage.getAsLong()), "storage"))
        : limit;
  }

  private static long sum(List<WorkerReported> devices, ToLongFunction<DeviceRates> rate) {
    return devices.stream().mapToLong(device -> rate.applyAsLong(device.device().rates())).sum();
  }

  /** Which part of the sources stays in the GPUs' memory for the jobs to come. */
  private static double kept(List<WorkerReported> gpus, JobShape shape) {
    if (!shape.reusesSources()) {
      return 0;
    }
    double memory = 0;
    for (WorkerReported gpu : gpus) {
      OptionalLong bytes = gpu.sample().map(DeviceSample::memoryBytes).orElse(OptionalLong.empty());
      if (gpu.device().rates().resident()) {
        memory += bytes.isPresent() ? MEMORY_FOR_SOURCES * bytes.getAsLong() : shape.readBytes();
      }
    }
    return Math.min(1, memory / Math.max(1, shape.readBytes()));
  }

  /** What people call the node; nothing where there is only this one. */
  private static String node(WorkerId worker) {
    int end = worker.name().lastIndexOf('/');
    return end < 0 ? "" : worker.name().substring(0, end) + ": ";
  }
}
