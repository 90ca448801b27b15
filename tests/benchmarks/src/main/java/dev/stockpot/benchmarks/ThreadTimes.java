package dev.stockpot.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CPU time of this process, and the parts of it that the threads of each dispatcher used, over all
 * spans that were measured. What else the process does, compiling and collecting too, counts in the
 * whole. A dispatcher's thread that ends within a span is missed; it was idle for a minute before.
 */
final class ThreadTimes {

  /** Their threads are not those of actors: they allocate shards, plan and commit. */
  private static final Set<String> BLOCKING =
      Set.of(
          "stockpot.blocking-dispatcher",
          "stockpot.planning-dispatcher",
          "stockpot.submission-dispatcher");

  private static final Pattern DISPATCHER = Pattern.compile("[^-]*-(.*dispatcher)-\\d+");
  private static final double GIGA = 1e9;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Map<String, Long> ofDispatchers = new TreeMap<>();
  private Map<Long, Long> atBegin = Map.of();
  private long processAtBegin;
  private long ofProcess;

  /** A span begins. */
  void begin() {
    atBegin = new HashMap<>();
    for (long id : threads.getAllThreadIds()) {
      atBegin.put(id, threads.getThreadCpuTime(id));
    }
    processAtBegin = process.getProcessCpuTime();
  }

  /** The span that began last ends. */
  void end() {
    ofProcess += process.getProcessCpuTime() - processAtBegin;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread == null) {
        continue;
      }
      Matcher name = DISPATCHER.matcher(thread.getThreadName());
      long now = threads.getThreadCpuTime(thread.getThreadId());
      if (name.matches() && now >= 0) {
        long nanos = now - atBegin.getOrDefault(thread.getThreadId(), 0L);
        ofDispatchers.merge(name.group(1), nanos, Long::sum);
      }
    }
  }

  /** Prints the share of each dispatcher, and that of all actors' together beside its bar. */
  void tell(double bar) {
    Figures.line("CPU time of the process in these merges: %.3f s", ofProcess / GIGA);
    double actors = 0;
    for (Map.Entry<String, Long> dispatcher : ofDispatchers.entrySet()) {
      boolean blocking = BLOCKING.contains(dispatcher.getKey());
      Figures.line(
          "  %s: %.3f s, %.2f %%%s",
          dispatcher.getKey(),
          dispatcher.getValue() / GIGA,
          percent(dispatcher.getValue()),
          blocking ? " (files, not actors)" : "");
      actors += blocking ? 0 : percent(dispatcher.getValue());
    }
    Figures.bar("actor dispatchers, of the process's CPU time", actors, bar, "%");
  }

  private double percent(long nanos) {
    return 100.0 * nanos / ofProcess;
  }
}
