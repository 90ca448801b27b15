package dev.stockpot.benchmarks.controlplane;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Time, CPU time of this process, and what its collections leave of the heap. */
final class Meter {

  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Map<String, MemoryType> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .collect(Collectors.toMap(pool -> pool.getName(), pool -> pool.getType()));
  private final AtomicLong mostAfterFullCollection = new AtomicLong();

  /** A point in time. */
  record Reading(long nanos, long cpuNanos) {

    Reading since(Reading before) {
      return new Reading(nanos - before.nanos, cpuNanos - before.cpuNanos);
    }

    Reading plus(Reading other) {
      return new Reading(nanos + other.nanos, cpuNanos + other.cpuNanos);
    }
  }

  /** A meter that watches collections from now on. */
  Meter() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, _) ->
                  onCollection(
                      GarbageCollectionNotificationInfo.from(
                          (CompositeData) notification.getUserData())),
              null,
              null);
    }
  }

  /** A minor collection leaves what has died in the old generation: it says nothing. */
  private void onCollection(GarbageCollectionNotificationInfo collection) {
    if (collection.getGcAction().contains("major")) {
      long used =
          collection.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
              .filter(pool -> pools.get(pool.getKey()) == MemoryType.HEAP)
              .mapToLong(pool -> pool.getValue().getUsed())
              .sum();
      mostAfterFullCollection.accumulateAndGet(used, Math::max);
    }
  }

  Reading read() {
    return new Reading(System.nanoTime(), process.getProcessCpuTime());
  }

  /** The most bytes that any full collection left. */
  long mostAfterFullCollection() {
    return mostAfterFullCollection.get();
  }
}
