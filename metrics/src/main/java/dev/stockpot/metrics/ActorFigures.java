package dev.stockpot.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToLongFunction;

/** What is measured of the actors of this process, by their roles. Safe for any thread. */
final class ActorFigures {

  static final String ROLE = "role";

  private final Map<ActorRole, RoleFigures> roles = new ConcurrentSkipListMap<>();
  private final Histogram waiting;
  private final Histogram processing;

  ActorFigures(PrometheusRegistry registry) {
    waiting =
        Histograms.seconds(
            registry,
            "stockpot_actor_waiting_seconds",
            "How long messages waited in mailboxes, of every sixteenth, by what the actors do.",
            ROLE);
    processing =
        Histograms.seconds(
            registry,
            "stockpot_actor_processing_seconds",
            "How long actors took for a message, of every sixteenth.",
            ROLE);
    gauge(
        registry,
        "stockpot_actor_mailbox_messages",
        "Messages that wait in mailboxes.",
        RoleFigures::depth);
    gauge(
        registry,
        "stockpot_actor_stashed_messages",
        "Messages that persistent actors have put aside until their journal has written.",
        RoleFigures::stashed);
    counter(
        registry,
        "stockpot_actor_messages_total",
        "Messages that were taken out of mailboxes.",
        RoleFigures::taken);
    counter(
        registry,
        "stockpot_actor_failures_total",
        "Messages at which an actor failed.",
        RoleFigures::failures);
    counter(
        registry,
        "stockpot_actor_restarts_total",
        "Actors that were started anew by their supervisor.",
        RoleFigures::restarts);
  }

  private void gauge(
      PrometheusRegistry registry, String name, String help, ToLongFunction<RoleFigures> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(ROLE)
        .callback(told ->
            roles.forEach(
                (role, figures) -> told.call((double) value.applyAsLong(figures), role.label())))
        .register(registry);
  }

  private void counter(
      PrometheusRegistry registry, String name, String help, ToLongFunction<RoleFigures> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(ROLE)
        .callback(told ->
            roles.forEach(
                (role, figures) -> told.call((double) value.applyAsLong(figures), role.label())))
        .register(registry);
  }

  /** Those of a role, which show from now on. */
  RoleFigures of(ActorRole role) {
    return roles.computeIfAbsent(
        role,
        _ ->
            new RoleFigures(
                waiting.labelValues(role.label()), processing.labelValues(role.label())));
  }

  /** The roles of all actors that there were. */
  Map<ActorRole, RoleFigures> roles() {
    return roles;
  }

  HistogramSnapshot waiting() {
    return waiting.collect();
  }

  HistogramSnapshot processing() {
    return processing.collect();
  }
}
