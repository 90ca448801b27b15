package dev.stockpot.metrics;

import dev.stockpot.metrics.Members.MemberFigures;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.AllDeadLetters;
import org.apache.pekko.actor.SuppressedDeadLetter;
import org.apache.pekko.actor.UnhandledMessage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * What is measured of an actor system as a whole: its cluster, and the messages that reached
 * nobody. One system after another may be followed. Safe for any thread.
 */
final class ClusterFigures {

  private final Counter deadLetters;
  private final Counter unhandled;
  private final AtomicReference<Optional<ActorSystem<?>>> clustered =
      new AtomicReference<>(Optional.empty());

  ClusterFigures(PrometheusRegistry registry) {
    deadLetters =
        Counter.builder()
            .name("stockpot_dead_letters_total")
            .help("Messages that reached nobody: their receiver was no more, or a queue was full.")
            .withoutExemplars()
            .register(registry);
    unhandled =
        Counter.builder()
            .name("stockpot_unhandled_messages_total")
            .help("Messages that their receiver did not understand.")
            .withoutExemplars()
            .register(registry);
    GaugeWithCallback.builder()
        .name("stockpot_cluster_members")
        .help("Nodes of the cluster, as this one sees them.")
        .labelNames("role", "status", "reachable")
        .callback(told ->
            counts()
                .forEach((group, count) ->
                    told.call((double) count, group.get(0), group.get(1), group.get(2))))
        .register(registry);
    GaugeWithCallback.builder()
        .name("stockpot_cluster_member_phi")
        .help("How much a node that this one watches is suspected to be dead; at 8 it is.")
        .labelNames("member")
        .callback(told -> phis().forEach((member, phi) -> told.call(phi, member)))
        .register(registry);
  }

  /** From now on until it ends. */
  void follow(ActorSystem<?> system, boolean inCluster) {
    system.systemActorOf(lost(), "metrics", Props.empty());
    if (inCluster) {
      Optional<ActorSystem<?>> followed = Optional.of(system);
      clustered.set(followed);
      var _ =
          system
              .getWhenTerminated()
              .thenRun(() -> clustered.compareAndSet(followed, Optional.empty()));
    }
  }

  private Behavior<Object> lost() {
    return Behaviors.setup(context -> {
      var events = context.getSystem().eventStream();
      events.tell(new EventStream.Subscribe<>(AllDeadLetters.class, context.getSelf().narrow()));
      events.tell(new EventStream.Subscribe<>(UnhandledMessage.class, context.getSelf().narrow()));
      return Behaviors.receiveMessage(lost -> {
        switch (lost) {
          case UnhandledMessage _ -> unhandled.inc();
          // Pekko's own, which it marks as harmless.
          case SuppressedDeadLetter _ -> {}
          default -> deadLetters.inc();
        }
        return Behaviors.same();
      });
    });
  }

  List<MemberFigures> members() {
    return clustered.get().map(Members::of).orElse(List.of());
  }

  /** By address, which a node that starts anew has twice for a moment. */
  private Map<String, Double> phis() {
    Map<String, Double> phis = new TreeMap<>();
    for (MemberFigures member : members()) {
      member.phi().ifPresent(phi -> phis.merge(member.address(), phi, Math::max));
    }
    return phis;
  }

  private Map<List<String>, Long> counts() {
    return members().stream()
        .map(member ->
            List.of(
                member.roles().stream()
                    .filter(role -> !role.startsWith("dc-"))
                    .findFirst()
                    .orElse("none"),
                member.status(),
                Boolean.toString(member.reachable())))
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  long deadLetters() {
    return (long) deadLetters.get();
  }

  long unhandled() {
    return (long) unhandled.get();
  }
}
