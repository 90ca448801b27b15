package dev.stockpot.worker.node;

import dev.stockpot.merge.kernel.KernelProvider;
import dev.stockpot.worker.DeviceExecutor;
import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.cuda.CudaExecutor;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.device.DeviceSampler;
import dev.stockpot.worker.device.HostGpu;
import dev.stockpot.worker.device.HostGpus;
import dev.stockpot.worker.storage.NodeStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The GPUs of this host that may be merged on. Open for as long as their executors are used. */
public final class GpuDevices implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GpuDevices.class);
  private static final Duration SAMPLE_PERIOD = Duration.ofSeconds(1);

  private final Map<String, Supplier<DeviceExecutor>> executors;
  private final String missing;
  private final Optional<DeviceSampler> sampler;

  private GpuDevices(
      Map<String, Supplier<DeviceExecutor>> executors,
      String missing,
      Optional<DeviceSampler> sampler) {
    this.executors = Collections.unmodifiableMap(executors);
    this.missing = missing;
    this.sampler = sampler;
  }

  /**
   * None, without a look.
   *
   * @param why nobody looked
   */
  public static GpuDevices none(String why) {
    return new GpuDevices(Map.of(), why, Optional.empty());
  }

  /**
   * Looks for them. Without a driver that takes no time; with one, parts of a second.
   *
   * @param host kernels for what a GPU leaves to the host
   * @param storage borrowed
   */
  public static GpuDevices find(CudaSettings settings, KernelProvider host, NodeStorage storage) {
    return switch (HostGpus.find()) {
      case HostGpus.None(String why, Optional<String> cure) ->
          none(cure.map(what -> why + "; " + what).orElse(why));
      case HostGpus.Found found -> of(found, settings, host, storage);
    };
  }

  private static GpuDevices of(
      HostGpus.Found found, CudaSettings settings, KernelProvider host, NodeStorage storage) {
    Map<String, Supplier<DeviceExecutor>> executors = new LinkedHashMap<>();
    List<String> unused = new ArrayList<>();
    DeviceSampler sampler = DeviceSampler.start(found, SAMPLE_PERIOD);
    for (HostGpu gpu : found.gpus()) {
      gpu.notUsed().ifPresent(why -> unused.add(gpu.name() + ": " + why));
      Optional<CudaDevice> device = gpu.cuda().filter(_ -> gpu.usable());
      if (device.isPresent()) {
        executors.put(
            "gpu-" + executors.size(),
            () ->
                CudaExecutor.start(
                    device.get(), settings, host, storage, () -> sampler.latest(gpu)));
      }
    }
    unused.forEach(each -> LOG.info("Not used: {}", each));
    return new GpuDevices(executors, String.join("; ", unused), Optional.of(sampler));
  }

  /** Makers of each GPU's executors, by a name that is unique on the host. */
  public Map<String, Supplier<DeviceExecutor>> executors() {
    return executors;
  }

  /** Why there is none; where there are some, why others are not used. */
  public String missing() {
    return missing;
  }

  @Override
  public void close() {
    sampler.ifPresent(DeviceSampler::close);
  }
}
