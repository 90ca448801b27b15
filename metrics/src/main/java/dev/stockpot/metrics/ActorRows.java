package dev.stockpot.metrics;

import dev.stockpot.metrics.Members.MemberFigures;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The actors of this process as rows of a table, for people: {@code role/ROLE}, {@code system},
 * {@code remoting}, {@code journal} and {@code member/ADDRESS}, each with its fields. Rates and
 * quantiles are those of the last ten seconds, if it is asked so often. Safe for any thread.
 */
public final class ActorRows implements Supplier<Map<String, Map<String, Object>>> {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double NANOS = 1e9;
  private static final double MEDIAN = 0.5;
  private static final double MOST = 0.99;

  private final Metrics metrics;

  /** Oldest first; the first is as old as the window, if any is. */
  private final Deque<Sample> samples = new ArrayDeque<>();

  /** All that is counted, at one moment. */
  private record Sample(
      long nanos, Map<String, Long> counts, Map<String, Spread> spreads, Map<String, Double> sums) {

    private static final Sample NOTHING = new Sample(0, Map.of(), Map.of(), Map.of());

    long count(String name) {
      return counts.getOrDefault(name, 0L);
    }

    double sum(String name) {
      return sums.getOrDefault(name, 0.0);
    }
  }

  /** What happened between two moments. */
  private record Window(Sample from, Sample to) {

    double rate(String name) {
      double seconds = (to.nanos() - from.nanos()) / NANOS;
      return from.equals(Sample.NOTHING) || seconds <= 0
          ? 0
          : (to.count(name) - from.count(name)) / seconds;
    }

    @Nullable Double quantile(String name, double part) {
      Spread now = to.spreads().get(name);
      if (now == null) {
        return null;
      }
      Spread before = from.spreads().get(name);
      OptionalDouble value = (before == null ? now : now.since(before)).quantile(part);
      return value.isPresent() ? value.getAsDouble() : null;
    }
  }

  public ActorRows(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public synchronized Map<String, Map<String, Object>> get() {
    Sample now = sample();
    samples.addLast(now);
    while (samples.size() > 2 && now.nanos() - second().nanos() >= WINDOW_NANOS) {
      samples.removeFirst();
    }
    Window window = new Window(samples.size() == 1 ? Sample.NOTHING : samples.getFirst(), now);
    Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
    metrics
        .actors()
        .roles()
        .forEach((role, figures) -> rows.put("role/" + role.label(), row(role, figures, window)));
    rows.put("system", system());
    rows.put("remoting", remoting(window));
    rows.put("journal", journal(window));
    metrics
        .cluster()
        .members()
        .forEach(member -> rows.put("member/" + member.address(), row(member)));
    return rows;
  }

  private Sample second() {
    var all = samples.iterator();
    all.next();
    return all.next();
  }

  private Sample sample() {
    Map<String, Long> counts = new HashMap<>();
    Map<String, Spread> spreads = new HashMap<>();
    Map<String, Double> sums = new HashMap<>();
    metrics
        .actors()
        .roles()
        .forEach((role, figures) -> counts.put("messages " + role.label(), figures.taken()));
    add("waiting ", ActorFigures.ROLE, metrics.actors().waiting(), counts, spreads, sums);
    add("processing ", ActorFigures.ROLE, metrics.actors().processing(), counts, spreads, sums);
    add(
        "serialization ",
        RemotingFigures.DIRECTION,
        metrics.remoting().time().collect(),
        counts,
        spreads,
        sums);
    add(
        "bytes ",
        RemotingFigures.DIRECTION,
        metrics.remoting().size().collect(),
        counts,
        spreads,
        sums);
    add("journal", "", metrics.journal().writes().collect(), counts, spreads, sums);
    return new Sample(System.nanoTime(), counts, spreads, sums);
  }

  private static void add(
      String name,
      String label,
      HistogramSnapshot of,
      Map<String, Long> counts,
      Map<String, Spread> spreads,
      Map<String, Double> sums) {
    for (HistogramSnapshot.HistogramDataPointSnapshot each : of.getDataPoints()) {
      String key = label.isEmpty() ? name : name + each.getLabels().get(label);
      counts.put(key, each.getCount());
      spreads.put(key, Spread.of(each));
      sums.put(key, each.getSum());
    }
  }

  private static Map<String, Object> row(ActorRole role, RoleFigures figures, Window window) {
    Row row = new Row();
    row.put("mailbox", figures.depth());
    row.put("waitingP50", window.quantile("waiting " + role.label(), MEDIAN));
    row.put("waitingP99", window.quantile("waiting " + role.label(), MOST));
    row.put("messages", window.rate("messages " + role.label()));
    row.put("processed", figures.taken());
    row.put("processingP50", window.quantile("processing " + role.label(), MEDIAN));
    row.put("processingP99", window.quantile("processing " + role.label(), MOST));
    row.put("failures", figures.failures());
    row.put("restarts", figures.restarts());
    row.put("stashed", figures.stashed());
    return row.fields;
  }

  private Map<String, Object> system() {
    Row row = new Row();
    row.put("deadLetters", metrics.cluster().deadLetters());
    row.put("unhandled", metrics.cluster().unhandled());
    return row.fields;
  }

  private static Map<String, Object> remoting(Window window) {
    Row row = new Row();
    String out = "serialization " + RemotingFigures.OUT;
    String in = "serialization " + RemotingFigures.IN;
    row.put("serializations", window.to().count("bytes " + RemotingFigures.OUT));
    row.put("serializedBytes", (long) window.to().sum("bytes " + RemotingFigures.OUT));
    row.put("serializationP50", window.quantile(out, MEDIAN));
    row.put("serializationP99", window.quantile(out, MOST));
    row.put("deserializations", window.to().count("bytes " + RemotingFigures.IN));
    row.put("deserializedBytes", (long) window.to().sum("bytes " + RemotingFigures.IN));
    row.put("deserializationP50", window.quantile(in, MEDIAN));
    row.put("deserializationP99", window.quantile(in, MOST));
    return row.fields;
  }

  private static Map<String, Object> journal(Window window) {
    Row row = new Row();
    row.put("writes", window.to().count("journal"));
    row.put("writeP50", window.quantile("journal", MEDIAN));
    row.put("writeP99", window.quantile("journal", MOST));
    return row.fields;
  }

  private static Map<String, Object> row(MemberFigures member) {
    Row row = new Row();
    row.put("status", member.status());
    row.put("roles", List.copyOf(member.roles()));
    row.put("reachable", member.reachable());
    row.put("phi", member.phi().isPresent() ? member.phi().getAsDouble() : null);
    return row.fields;
  }

  /** Fields of a row; one that is not known is left out. */
  private static final class Row {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    void put(String name, @Nullable Object value) {
      if (value != null) {
        fields.put(name, value);
      }
    }
  }
}
