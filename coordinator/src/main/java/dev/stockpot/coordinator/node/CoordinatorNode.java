package dev.stockpot.coordinator.node;

import dev.stockpot.coordinator.http.HttpApi;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.cluster.typed.Subscribe;
import org.jspecify.annotations.Nullable;

/**
 * The guardian of a coordinator's node. It stands by until it has the tenure; then it joins the
 * cluster, the one that its predecessor left or one of its own, and coordinates. When it loses the
 * tenure its actor system ends, and the process begins again as a standby.
 */
public final class CoordinatorNode {

  /** What the guardian hears. */
  public sealed interface Command {}

  /**
   * Stand by, and coordinate once the tenure is here.
   *
   * @param api bound, and on standby
   */
  public record Begin(HttpApi api) implements Command {}

  private record TenureTaken(Tenure tenure) implements Command {}

  private record TenureLost(String reason) implements Command {}

  private record TenureUnobtainable(Throwable reason) implements Command {}

  private record JoinedCluster() implements Command {}

  /** How a node gets the tenure. */
  public interface TenureSource {

    /**
     * Blocks until this process has the tenure.
     *
     * @param lost told, on any thread, when it is lost
     */
    Tenure take(Consumer<String> lost) throws InterruptedException;
  }

  private final ActorContext<Command> context;
  private final TenureSource source;
  private final KnownMembers known;
  private @Nullable HttpApi api;
  private @Nullable Tenure tenure;
  private @Nullable Thread seeker;

  private CoordinatorNode(
      ActorContext<Command> context, TenureSource source, KnownMembers known) {
    this.context = context;
    this.source = source;
    this.known = known;
  }

  /**
   * A node that does nothing before {@link Begin}.
   *
   * @param known members of the cluster that was here before
   */
  public static Behavior<Command> create(TenureSource source, KnownMembers known) {
    return Behaviors.setup(context -> new CoordinatorNode(context, source, known).living());
  }

  private Behavior<Command> onBegin(Begin begin) {
    api = begin.api();
    seekTenure();
    return Behaviors.same();
  }

  /** On a thread of its own: it may wait for as long as the other coordinator lives. */
  private void seekTenure() {
    Consumer<String> lost = reason -> context.getSelf().tell(new TenureLost(reason));
    CompletableFuture<Tenure> taken = new CompletableFuture<>();
    seeker =
        Thread.ofVirtual()
            .name("tenure")
            .start(() -> {
              try {
                taken.complete(source.take(lost));
              } catch (InterruptedException | RuntimeException e) {
                taken.completeExceptionally(e);
              }
            });
    context.pipeToSelf(
        taken,
        (tenure, failure) ->
            failure == null ? new TenureTaken(tenure) : new TenureUnobtainable(failure));
  }

  private Behavior<Command> living() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(command ->
            switch (command) {
              case Begin begin -> onBegin(begin);
              case TenureTaken(Tenure taken) -> onTenureTaken(taken);
              case JoinedCluster _ -> onJoined();
              case TenureLost(String reason) -> end("the tenure is lost: " + reason);
              case TenureUnobtainable(Throwable reason) ->
                  end("the tenure cannot be had: " + reason.getMessage());
            })
        .onSignal(PostStop.class, _ -> onStop())
        .build();
  }

  private Behavior<Command> onTenureTaken(Tenure taken) {
    tenure = taken;
    context.getLog().info("This node has the tenure (epoch {})", taken.epoch());
    Cluster cluster = Cluster.get(context.getSystem());
    context.spawn(Membership.create(known), "membership");
    ActorRef<SelfUp> up = context.messageAdapter(SelfUp.class, _ -> new JoinedCluster());
    cluster.subscriptions().tell(Subscribe.create(up, SelfUp.class));
    // Itself first, so that it begins a cluster of its own where no known member answers.
    List<Address> seeds = new ArrayList<>();
    seeds.add(cluster.selfMember().address());
    seeds.addAll(known.read());
    cluster.manager().tell(new JoinSeedNodes(seeds));
    return Behaviors.same();
  }

  private Behavior<Command> onJoined() {
    ClusterSingleton.get(context.getSystem())
        .init(
            SingletonActor.of(
                    Coordination.create(
                        context.getSystem().settings().config(),
                        Objects.requireNonNull(api),
                        Objects.requireNonNull(tenure)),
                    "coordination")
                .withSettings(
                    ClusterSingletonSettings.create(context.getSystem())
                        .withRole(Membership.COORDINATOR)));
    return Behaviors.same();
  }

  private Behavior<Command> end(String reason) {
    context.getLog().warn("This node stops coordinating: {}", reason);
    CoordinatedShutdown.get(Adapter.toClassic(context.getSystem()))
        .runAll(CoordinatedShutdown.clusterDowningReason());
    return Behaviors.same();
  }

  private Behavior<Command> onStop() {
    if (seeker != null) {
      seeker.interrupt();
    }
    if (tenure != null) {
      tenure.close();
    }
    return Behaviors.same();
  }
}
