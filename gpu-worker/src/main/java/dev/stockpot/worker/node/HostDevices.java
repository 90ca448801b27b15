package dev.stockpot.worker.node;

import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuRates;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.storage.NodeStorage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a process merges on: each device's executors, by the device's name.
 *
 * @param serving get a worker each; at least one
 * @param spare get theirs when the last of those is out of service; none where the CPU is among
 *     them
 */
public record HostDevices(
    Map<String, Supplier<DeviceExecutor>> serving, Map<String, Supplier<DeviceExecutor>> spare) {

  public HostDevices {
    serving = Collections.unmodifiableMap(new LinkedHashMap<>(serving));
    spare = Collections.unmodifiableMap(new LinkedHashMap<>(spare));
    if (serving.isEmpty()) {
      throw new IllegalArgumentException("a host has at least one device");
    }
  }

  /**
   * The CPU's workers.
   *
   * @param workers which divide the threads among them; at least one
   * @param storage borrowed
   */
  public record Cpu(List<CpuSettings> workers, KernelProvider kernels, NodeStorage storage) {
    public Cpu {
      workers = List.copyOf(workers);
    }

    private Map<String, Supplier<DeviceExecutor>> executors(
        Function<CpuSettings, DeviceRates> rates) {
      Map<String, Supplier<DeviceExecutor>> executors = new LinkedHashMap<>();
      for (CpuSettings each : workers) {
        String name = workers.size() == 1 ? "cpu" : "cpu-" + executors.size();
        executors.put(name, () -> new CpuExecutor(each, kernels, storage, rates.apply(each)));
      }
      return executors;
    }

    /** Nobody asks how fast it is. */
    Map<String, Supplier<DeviceExecutor>> unmeasured() {
      return executors(_ -> DeviceRates.UNMEASURED);
    }

    /** Measured when the first of them starts, all threads at once. */
    Map<String, Supplier<DeviceExecutor>> measured() {
      int threads = workers.stream().mapToInt(CpuSettings::threads).sum();
      Measured all =
          new Measured(new CpuSettings(threads, workers.getFirst().chunkBytes()), kernels);
      return executors(each -> all.share(each.threads()));
    }
  }

  /** Rates that are measured once, by whoever asks first. */
  private static final class Measured {
    private final CpuSettings cpu;
    private final KernelProvider kernels;
    private DeviceRates rates = DeviceRates.UNMEASURED;

    Measured(CpuSettings cpu, KernelProvider kernels) {
      this.cpu = cpu;
      this.kernels = kernels;
    }

    synchronized DeviceRates share(int threads) {
      if (!rates.measured()) {
        rates = CpuRates.measure(cpu, kernels);
      }
      return new DeviceRates(
          rates.in() * threads / cpu.threads(),
          rates.out() * threads / cpu.threads(),
          false,
          rates.feeds() * threads / cpu.threads());
    }
  }

  /**
   * The devices of a mode. Where devices are to be compared, the CPU is measured; where they are
   * not, nobody waits for that, and whoever leases to workers without rates leases to all.
   *
   * @param gpus those that can be used; may be none
   */
  public static HostDevices of(
      DeviceMode mode, Cpu cpu, Map<String, Supplier<DeviceExecutor>> gpus) {
    if (gpus.isEmpty()) {
      return new HostDevices(cpu.unmeasured(), Map.of());
    }
    return switch (mode) {
      case CPU -> new HostDevices(cpu.unmeasured(), Map.of());
      case GPU -> new HostDevices(gpus, cpu.unmeasured());
      case AUTO -> new HostDevices(both(gpus, cpu.measured()), Map.of());
      case ALL -> new HostDevices(both(gpus, cpu.unmeasured()), Map.of());
    };
  }

  private static Map<String, Supplier<DeviceExecutor>> both(
      Map<String, Supplier<DeviceExecutor>> gpus, Map<String, Supplier<DeviceExecutor>> cpus) {
    Map<String, Supplier<DeviceExecutor>> both = new LinkedHashMap<>(gpus);
    both.putAll(cpus);
    return both;
  }
}
