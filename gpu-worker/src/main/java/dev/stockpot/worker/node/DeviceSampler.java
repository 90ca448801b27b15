package dev.stockpot.worker.node;

import dev.stockpot.protocol.DeviceSample;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks the devices again and again on a thread of its own, so that nobody who wants to tell of them
 * waits for one. Owns the {@link HostGpus} that it was started with.
 */
public final class DeviceSampler implements AutoCloseable {

  /** After so many periods a sample tells nothing about now. */
  private static final int PERIODS = 10;

  /** A device in trouble does not answer, and must not keep the process from ending. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HostGpus.Found gpus;
  private final Duration period;
  private final Map<HostGpu, Taken> samples = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stockpot-device-sampler").factory());

  private record Taken(DeviceSample sample, long nanos) {}

  private DeviceSampler(HostGpus.Found gpus, Duration period) {
    this.gpus = gpus;
    this.period = period;
  }

  /** Samples all devices now, and then with a period's rest between. */
  public static DeviceSampler start(HostGpus.Found gpus, Duration period) {
    DeviceSampler sampler = new DeviceSampler(gpus, period);
    Future<?> _ =
        sampler.thread.scheduleWithFixedDelay(
            sampler::ask, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    return sampler;
  }

  /** Lent for as long as the sampler lives. */
  public HostGpus.Found gpus() {
    return gpus;
  }

  private void ask() {
    for (HostGpu gpu : gpus.gpus()) {
      gpus.sample(gpu).ifPresent(sample -> samples.put(gpu, new Taken(sample, System.nanoTime())));
    }
  }

  /** The last sample; empty if there is none, or none of late. */
  public Optional<DeviceSample> latest(HostGpu gpu) {
    long oldest = System.nanoTime() - PERIODS * period.toNanos();
    return Optional.ofNullable(samples.get(gpu))
        .filter(taken -> taken.nanos() - oldest >= 0)
        .map(Taken::sample);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        gpus.close();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
