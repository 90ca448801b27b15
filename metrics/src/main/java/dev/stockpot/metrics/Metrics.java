package dev.stockpot.metrics;

import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * All that a process measures. One for the process, whatever actor systems come and go in it, so
 * that what is counted never goes back. Safe for any thread.
 */
public final class Metrics {

  /** A scrape waits so long for what must be asked for. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ActorFigures actors = new ActorFigures(registry);
  private final RemotingFigures remoting = new RemotingFigures(registry);
  private final JournalFigures journal = new JournalFigures(registry);
  private final ClusterFigures cluster = new ClusterFigures(registry);
  private final Map<Class<?>, Object> parts = new ConcurrentHashMap<>();
  private final Map<String, Supplier<? extends CompletionStage<?>>> refreshes =
      new ConcurrentHashMap<>();

  private volatile Optional<String> unready = Optional.of("it starts");

  /**
   * Measures the JVM from now on.
   *
   * @param version of Stockpot
   */
  public Metrics(String version) {
    JvmMetrics.builder().register(registry);
    Info.builder()
        .name("stockpot_build_info")
        .help("Which Stockpot this is, and on which Java.")
        .labelNames("version", "java")
        .register(registry)
        .setLabelValues(version, Runtime.version().toString());
  }

  ActorFigures actors() {
    return actors;
  }

  RemotingFigures remoting() {
    return remoting;
  }

  ClusterFigures cluster() {
    return cluster;
  }

  public JournalFigures journal() {
    return journal;
  }

  /** Shows from the first time on that it is asked for: only workers flush. */
  public FlushFigures flushes() {
    return part(FlushFigures.class, FlushFigures::new);
  }

  /** The process does its work from now on, be it that it stands by. */
  public void ready() {
    unready = Optional.empty();
  }

  /** The process does not do its work. */
  public void unready(String why) {
    unready = Optional.of(why);
  }

  /** Why the process does not do its work; empty if it does. */
  public Optional<String> unready() {
    return unready;
  }

  /** Further figures, made the first time that they are asked for. */
  public <T> T part(Class<T> type, Function<PrometheusRegistry, T> make) {
    return type.cast(parts.computeIfAbsent(type, _ -> make.apply(registry)));
  }

  /**
   * Counts the messages of this actor system that reach nobody, until it ends.
   *
   * @param inCluster whether it is a node of one, whose members are shown then
   */
  public void follow(ActorSystem<?> system, boolean inCluster) {
    cluster.follow(system, inCluster);
  }

  /**
   * Before each scrape this is asked for, and waited for a few seconds; that it fails is no harm.
   *
   * @param name that replaces another of the same name
   * @return ends that
   */
  public Runnable refreshBefore(String name, Supplier<? extends CompletionStage<?>> refresh) {
    refreshes.put(name, refresh);
    return () -> refreshes.remove(name, refresh);
  }

  /**
   * All figures of this moment.
   *
   * @param accept the header of this name; empty if there is none
   */
  public CompletionStage<Exposition> scrape(String accept) {
    CompletableFuture<?>[] asked =
        refreshes.values().stream()
            .map(refresh ->
                refresh
                    .get()
                    .toCompletableFuture()
                    .copy()
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .handle((_, _) -> true))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(asked)
        .thenApplyAsync(_ -> Exposition.of(registry.scrape(), accept));
  }
}
